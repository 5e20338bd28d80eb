package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.GroupPlace.Rank;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Locks as one row a slot. A row whose holder is null is free and keeps the last token. An expired
 * lock still holds its slot: {@link OrphanedLocks} frees it.
 */
final class SqlDeviceLocks implements DeviceLocks {
  /** A lock that became a session's in the meantime remains without renewal. */
  private static final String RENEW =
      """
      UPDATE device_locks
      SET expires = CASE WHEN kind = 'ATTEMPT' THEN <now> + :expiry ELSE expires END
      WHERE device = :device AND slot = :slot AND token = :token
        AND holder IS NOT NULL AND claimed_by IS NULL
      """;

  /** A live session's lock is released with its session only; a claimed one by the clean-up. */
  private static final String RELEASE =
      """
      UPDATE device_locks
      SET holder = NULL, kind = NULL, expires = NULL, tenant = NULL, since = <now>
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind IN ('ATTEMPT', 'ENDING', 'OPERATOR') AND claimed_by IS NULL
      RETURNING token
      """;

  private static final Comparator<DeviceLock> ROW_ORDER =
      Comparator.comparing(DeviceLock::device).thenComparing(DeviceLock::slot);

  private final Statements statements;
  private final StoreSignals sender;
  private final DeferredWrites deferred;

  SqlDeviceLocks(Statements statements, StoreSignals sender, DeferredWrites deferred) {
    this.statements = statements;
    this.sender = sender;
    this.deferred = deferred;
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    Optional<String> counted = options.quota().counted();
    GroupPlace place =
        new GroupPlace(Rank.LOCK, options.device().value(), counted.map(Columns::storable));
    SlotRow row = new SlotRow(options, Kind.ATTEMPT, elsewhere);
    Statements.Work<LockResult> work = (handle, signals) -> answer(handle, row, signals);
    return counted.isPresent()
        ? statements.write("locks.tryLock", place, work)
        : statements.write(
            "locks.tryLock", place, work, handle -> result(row.takeAlone(handle, sender)));
  }

  /**
   * Determines afterwards why nothing was taken. No session of the tenant can have begun since, so
   * one that has ended leaves capacity for this request.
   */
  private static LockResult answer(Handle handle, SlotRow row, Consumer<FleetSignal> signals) {
    Optional<DeviceLock> taken = row.take(handle, signals);
    OptionalInt most = row.options().quota().mostSessions();
    if (taken.isEmpty() && most.isPresent()) {
      int sessions = heldFor(handle, row.options().quota().tenant());
      if (sessions >= most.getAsInt()) {
        return new LockResult.OverQuota(sessions);
      }
      taken = row.take(handle, signals);
    }
    return result(taken);
  }

  private static LockResult result(Optional<DeviceLock> taken) {
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
    SlotRow row = new SlotRow(options, Kind.OPERATOR, RemoteWaiters.NONE);
    return statements.run("locks.tryLockForOperator", handle -> row.take(handle, noSignals -> {}));
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    List<DeviceLock> ordered = locks.stream().sorted(ROW_ORDER).toList();
    return statements.write(
        "locks.renew",
        GroupPlace.ALONE,
        (handle, signals) -> notRenewed(handle, ordered, expiry.toMillis()));
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
    SignalledChange<Long> release = releasing(lock);
    return deferred.unlessWritten(
        statements.write(
            "locks.release",
            GroupPlace.of(Rank.RELEASE, lock.device().value()),
            (handle, signals) -> release.execute(handle, signals).isPresent(),
            handle -> release.commit(handle, sender).isPresent()),
        new DeferredWrites.Release(lock));
  }

  static SignalledChange<Long> releasing(DeviceLock lock) {
    return new SignalledChange<>(
        RELEASE,
        query ->
            query
                .bind("device", lock.device().value())
                .bind("slot", lock.slot())
                .bind("token", lock.token()),
        (row, context) -> row.getLong("token"),
        freed(lock));
  }

  static FleetSignal freed(DeviceLock lock) {
    return new FleetSignal.Freed(lock.device(), lock.slot(), lock.token());
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return statements.run(
        "locks.held",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT device_locks.device, device_locks.slot, device_locks.token,
                      substr(holder, 1, 512) AS holder, kind, since, expires, device_locks.tenant,
                      substr(run, 1, 512) AS run, substr(test_name, 1, 512) AS test_name
                    FROM device_locks LEFT JOIN sessions
                      ON sessions.device = device_locks.device
                        AND sessions.slot = device_locks.slot
                        AND sessions.token = device_locks.token
                    WHERE holder IS NOT NULL ORDER BY device_locks.device, device_locks.slot
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
        Columns.optionalText(row, "tenant"),
        new HeldLock.Purpose(
            Columns.optionalText(row, "test_name"), Columns.optionalText(row, "run")));
  }
}
