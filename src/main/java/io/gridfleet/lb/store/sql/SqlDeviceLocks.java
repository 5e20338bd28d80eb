package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.session.OrphanedLocks;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Locks as one row a slot. A row whose holder is null is free and keeps the last token. An expired
 * lock still holds its slot: {@link OrphanedLocks} frees it.
 */
final class SqlDeviceLocks implements DeviceLocks {
  /**
   * Picks the first slot without a holder and takes it; if another transaction took it in between,
   * no row is returned although another slot may be free. The row of a free slot holds since when
   * it is free. An attempt requires that the device's reservation is its own run's or that neither
   * exists, and that its tenant has fewer sessions than its limit.
   */
  private static final String TAKE =
      """
      INSERT INTO device_locks (device, slot, token, holder, kind, since, expires, tenant)
      SELECT :device, free.slot, 1, :holder, :kind, <now>, <now> + :expiry, CAST(:tenant AS TEXT)
      FROM (
        WITH RECURSIVE slots (slot) AS (
          SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot + 1 < :slots)
        SELECT slots.slot FROM slots
        WHERE NOT EXISTS (
          SELECT 1 FROM device_locks taken
          WHERE taken.device = :device AND taken.slot = slots.slot
            AND (taken.holder IS NOT NULL OR :freeFor > 0 AND taken.since > <now> - :freeFor))
        ORDER BY slots.slot LIMIT 1) free
      WHERE (:kind = 'OPERATOR'
        OR (SELECT run FROM reserved_devices WHERE device = :device)
          IS NOT DISTINCT FROM CAST(:run AS TEXT))
        AND (CAST(:most AS INTEGER) IS NULL OR (
          SELECT count(*) FROM device_locks own
          WHERE own.tenant = :tenant AND own.holder IS NOT NULL) < CAST(:most AS INTEGER))
      ON CONFLICT (device, slot) DO UPDATE
      SET token = device_locks.token + 1, holder = excluded.holder, kind = excluded.kind,
          since = excluded.since, expires = excluded.expires, tenant = excluded.tenant
      WHERE device_locks.holder IS NULL
        AND NOT (:freeFor > 0 AND device_locks.since > <now> - :freeFor)
      RETURNING slot, token
      """;

  /** A lock that became a session's in the meantime remains without renewal. */
  private static final String RENEW =
      """
      UPDATE device_locks
      SET expires = CASE WHEN kind = 'ATTEMPT' THEN <now> + :expiry ELSE expires END
      WHERE device = :device AND slot = :slot AND token = :token
        AND holder IS NOT NULL AND claimed_by IS NULL
      """;

  /** A live session's lock is released with its session only; a claimed one by the clean-up. */
  static final String RELEASE =
      """
      UPDATE device_locks
      SET holder = NULL, kind = NULL, expires = NULL, tenant = NULL, since = <now>
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind IN ('ATTEMPT', 'ENDING', 'OPERATOR') AND claimed_by IS NULL
      """;

  private static final Comparator<DeviceLock> ROW_ORDER =
      Comparator.comparing(DeviceLock::device).thenComparing(DeviceLock::slot);

  private final Statements statements;
  private final DeferredWrites deferred;

  SqlDeviceLocks(Statements statements, DeferredWrites deferred) {
    this.statements = statements;
    this.deferred = deferred;
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, Duration freeFor) {
    return statements.inTransaction(
        "locks.tryLock",
        handle -> {
          alone(handle, options.quota());
          return answer(handle, new Row(options, Kind.ATTEMPT, freeFor.toMillis()));
        });
  }

  /**
   * Excludes reservations and other attempts of a tenant with a limit until the transaction ends: a
   * statement that counts must begin when all before it have committed.
   */
  private static void alone(Handle handle, Quota quota) {
    if (quota.mostSessions().isEmpty()) {
      handle.execute("<noReservationMeanwhile>");
    } else {
      handle
          .createUpdate("<noReservationNorTenantMeanwhile>")
          .bind("tenant", Columns.storable(quota.tenant()))
          .execute();
    }
  }

  /**
   * Determines afterwards why nothing was taken. No session of the tenant can have begun since, so
   * one that has ended leaves capacity for this request.
   */
  private static LockResult answer(Handle handle, Row row) {
    Optional<DeviceLock> taken = take(handle, row);
    OptionalInt most = row.options().quota().mostSessions();
    if (taken.isEmpty() && most.isPresent()) {
      int sessions = heldFor(handle, row.options().quota().tenant());
      if (sessions >= most.getAsInt()) {
        return new LockResult.OverQuota(sessions);
      }
      taken = take(handle, row);
    }
    return taken.<LockResult>map(LockResult.Taken::new).orElseGet(LockResult.NotFree::new);
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return statements.run("locks.heldFor", handle -> heldFor(handle, tenant));
  }

  private static int heldFor(Handle handle, String tenant) {
    return handle
        .createQuery(
            "SELECT count(*) FROM device_locks WHERE tenant = :tenant AND holder IS NOT NULL")
        .bind("tenant", Columns.storable(tenant))
        .mapTo(Integer.class)
        .one();
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    Quota noQuota = new Quota("", OptionalInt.empty());
    LockRequest options =
        new LockRequest(device, slots, operator, Optional.empty(), noQuota, Duration.ZERO);
    Row row = new Row(options, Kind.OPERATOR, 0);
    return statements.run("locks.tryLockForOperator", handle -> take(handle, row));
  }

  /** The row that a request needs. */
  private record Row(LockRequest options, Kind kind, long freeForMillis) {
    @Nullable Long expiryMillis() {
      return kind == Kind.OPERATOR ? null : options.expiry().toMillis();
    }

    @Nullable String run() {
      return options.run().map(Columns::storable).orElse(null);
    }

    @Nullable String tenant() {
      return options.quota().tenant().isEmpty() ? null : Columns.storable(options.quota().tenant());
    }

    @Nullable Integer mostSessions() {
      OptionalInt most = options.quota().mostSessions();
      return most.isPresent() ? most.getAsInt() : null;
    }
  }

  /** An empty result may mean that another transaction took the slot that was picked: retries. */
  private static Optional<DeviceLock> take(Handle handle, Row row) {
    for (int tries = 0; tries < row.options().slots(); tries++) {
      Optional<DeviceLock> taken = takeOnce(handle, row);
      if (taken.isPresent()) {
        return taken;
      }
    }
    return Optional.empty();
  }

  private static Optional<DeviceLock> takeOnce(Handle handle, Row row) {
    LockRequest options = row.options();
    String holder = Columns.storable(options.attempt());
    return handle
        .createQuery(TAKE)
        .bind("device", options.device().value())
        .bind("slots", options.slots())
        .bind("holder", holder)
        .bind("kind", row.kind().name())
        .bind("freeFor", row.freeForMillis())
        .bindByType("run", row.run(), String.class)
        .bindByType("expiry", row.expiryMillis(), Long.class)
        .bindByType("tenant", row.tenant(), String.class)
        .bindByType("most", row.mostSessions(), Integer.class)
        .map(
            (taken, context) ->
                new DeviceLock(
                    options.device(), taken.getInt("slot"), holder, taken.getLong("token")))
        .findOne();
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    List<DeviceLock> ordered = locks.stream().sorted(ROW_ORDER).toList();
    return statements.inTransaction(
        "locks.renew", handle -> notRenewed(handle, ordered, expiry.toMillis()));
  }

  private static List<DeviceLock> notRenewed(
      Handle handle, List<DeviceLock> locks, long expiryMillis) {
    List<DeviceLock> lost = new ArrayList<>();
    if (locks.isEmpty()) {
      return lost;
    }
    PreparedBatch batch = handle.prepareBatch(RENEW);
    locks.forEach(lock -> bind(batch, lock).bind("expiry", expiryMillis).add());
    int[] counts = batch.execute();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        lost.add(locks.get(i));
      }
    }
    return lost;
  }

  private static PreparedBatch bind(PreparedBatch batch, DeviceLock lock) {
    return batch
        .bind("device", lock.device().value())
        .bind("slot", lock.slot())
        .bind("token", lock.token());
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return deferred.unlessWritten(
        statements.run("locks.release", handle -> release(handle, lock)),
        new DeferredWrites.Release(lock));
  }

  static boolean release(Handle handle, DeviceLock lock) {
    return handle
            .createUpdate(RELEASE)
            .bind("device", lock.device().value())
            .bind("slot", lock.slot())
            .bind("token", lock.token())
            .execute()
        == 1;
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return statements.run(
        "locks.held",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT device, slot, token, substr(holder, 1, 512) AS holder, kind, since,
                      expires, tenant
                    FROM device_locks WHERE holder IS NOT NULL ORDER BY device, slot
                    """)
                .map((row, context) -> held(row))
                .list());
  }

  private static HeldLock held(ResultSet row) throws SQLException {
    return new HeldLock(
        new DeviceLock(
            new DeviceId(row.getString("device")),
            row.getInt("slot"),
            row.getString("holder"),
            row.getLong("token")),
        Kind.valueOf(row.getString("kind")),
        Columns.instant(row, "since"),
        Columns.optionalInstant(row, "expires"),
        Columns.optionalText(row, "tenant"));
  }
}
