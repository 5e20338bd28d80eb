package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Expired locks, claimed by a mark in the row. */
final class SqlOrphanedLocks implements OrphanedLocks {
  private static final String CLAIM =
      """
      UPDATE device_locks SET claimed_by = :me, claimed_until = <now> + :claim
      WHERE (device, slot) IN (
        SELECT device, slot FROM device_locks
        WHERE expires < <now> AND (kind = 'ENDING' OR (kind = 'ATTEMPT' AND :attempts))
          AND (claimed_until IS NULL OR claimed_until < <now> OR NOT EXISTS (
            SELECT 1 FROM replicas
            WHERE replicas.id = device_locks.claimed_by AND heartbeat > <now> - :silent))
        ORDER BY expires LIMIT :most <skipLocked>)
      RETURNING device, slot, holder, token, kind, since, expires, <now> - expires AS overdue,
        CASE WHEN limited_token = token THEN creation_limit END AS creation_limit,
        CASE WHEN limited_token = token THEN idle_limit END AS idle_limit
      """;

  private static final String CLEANED =
      """
      UPDATE device_locks
      SET holder = NULL, kind = NULL, expires = NULL, tenant = NULL, since = <now>,
          claimed_by = NULL, claimed_until = NULL
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind IN ('ATTEMPT', 'ENDING') AND claimed_by = :me AND claimed_until >= <now>
      RETURNING token
      """;

  private static final String NOT_CLEANED =
      """
      UPDATE device_locks SET claimed_until = <now> + :pause
      WHERE device = :device AND slot = :slot AND token = :token AND claimed_by = :me
      """;

  /** Waits for no row, so that it can't be part of a deadlock: the next call finds the others. */
  private static final String WITHOUT_SESSION =
      """
      UPDATE device_locks SET kind = 'ENDING', expires = <now>
      WHERE (device, slot) IN (
        SELECT device, slot FROM device_locks
        WHERE kind = 'SESSION' AND NOT EXISTS (
          SELECT 1 FROM sessions
          WHERE sessions.device = device_locks.device AND sessions.slot = device_locks.slot
            AND sessions.token = device_locks.token AND sessions.ended IS NULL)
        ORDER BY device, slot <skipLocked>)
      """;

  /** Those that can be published: expiry alone doesn't prevent that, a claim does. */
  private static final String UNDER_WAY =
      """
      SELECT device, slot, holder, token FROM device_locks
      WHERE kind = 'ATTEMPT' AND (expires >= <now> OR claimed_by IS NULL)
      """;

  /** After an outage all attempts look expired; living replicas renew within ten seconds. */
  private static final Duration RENEWAL_PATIENCE = Duration.ofSeconds(15);

  private final Statements statements;
  private final StoreSignals sender;
  private final String replica;

  SqlOrphanedLocks(Statements statements, StoreSignals sender, String replica) {
    this.statements = statements;
    this.sender = sender;
    this.replica = replica;
  }

  @Override
  public CompletionStage<List<ExpiredLock>> claimExpired(int most, Duration claim) {
    boolean attempts = !statements.justBack(RENEWAL_PATIENCE);
    return statements.run(
        "orphans.claimExpired",
        handle ->
            handle
                .createQuery(CLAIM)
                .bind("me", replica)
                .bind("claim", claim.toMillis())
                .bind("most", most)
                .bind("attempts", attempts)
                .bind("silent", Replicas.SILENT.toMillis())
                .map((row, context) -> lock(row))
                .list());
  }

  @Override
  public CompletionStage<Boolean> cleaned(ExpiredLock expired) {
    DeviceLock lock = expired.lock();
    SignalledChange<Long> cleaned =
        new SignalledChange<>(
            CLEANED,
            query ->
                query
                    .bind("device", lock.device().value())
                    .bind("slot", lock.slot())
                    .bind("token", lock.token())
                    .bind("me", replica),
            (row, context) -> row.getLong("token"),
            SqlDeviceLocks.freed(lock));
    return statements.write(
        "orphans.cleaned",
        GroupPlace.of(GroupPlace.Rank.RELEASE, lock.device().value()),
        (handle, signals) -> cleaned.execute(handle, signals).isPresent(),
        handle -> cleaned.commit(handle, sender).isPresent());
  }

  @Override
  public CompletionStage<Void> notCleaned(ExpiredLock expired, Duration pause) {
    return statements
        .run(
            "orphans.notCleaned",
            handle ->
                handle
                    .createUpdate(NOT_CLEANED)
                    .bind("pause", pause.toMillis())
                    .bind("device", expired.lock().device().value())
                    .bind("slot", expired.lock().slot())
                    .bind("token", expired.lock().token())
                    .bind("me", replica)
                    .execute())
        .thenApply(changed -> null);
  }

  @Override
  public CompletionStage<List<DeviceLock>> attemptsUnderWay() {
    return statements.run(
        "orphans.attemptsUnderWay",
        handle -> handle.createQuery(UNDER_WAY).map((row, context) -> held(row)).list());
  }

  @Override
  public CompletionStage<Integer> expireWithoutSession() {
    return statements.run(
        "orphans.expireWithoutSession", handle -> handle.createUpdate(WITHOUT_SESSION).execute());
  }

  private static DeviceLock held(ResultSet row) throws SQLException {
    return new DeviceLock(
        new DeviceId(row.getString("device")),
        row.getInt("slot"),
        row.getString("holder"),
        row.getLong("token"));
  }

  private static ExpiredLock lock(ResultSet row) throws SQLException {
    return new ExpiredLock(
        held(row),
        Kind.valueOf(row.getString("kind")),
        Columns.instant(row, "since"),
        Columns.instant(row, "expires"),
        Duration.ofMillis(row.getLong("overdue")),
        limits(row));
  }

  private static Optional<SessionLimits> limits(ResultSet row) throws SQLException {
    Optional<Duration> creation = Columns.optionalDuration(row, "creation_limit");
    Optional<Duration> idle = Columns.optionalDuration(row, "idle_limit");
    return creation.flatMap(first -> idle.map(second -> new SessionLimits(first, second)));
  }
}
