package io.gridfleet.lb.store;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Locks as one row a slot. A row whose holder is null is free and keeps the last token. An expired
 * lock still holds its slot: {@link OrphanedLocks} frees it.
 */
final class SqlDeviceLocks implements DeviceLocks {
  /**
   * Picks the first slot without a holder and takes it, if nobody took it between: then no row
   * comes back although another slot may be free. An attempt needs the device's reservation to be
   * its own run's, or that there is neither.
   */
  private static final String TAKE =
      """
      INSERT INTO device_locks (device, slot, token, holder, kind, since, expires)
      SELECT :device, free.slot, 1, :holder, :kind, <now>, <now> + :expiry
      FROM (
        WITH RECURSIVE slots (slot) AS (
          SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot + 1 < :slots)
        SELECT slots.slot FROM slots
        WHERE NOT EXISTS (
          SELECT 1 FROM device_locks taken
          WHERE taken.device = :device AND taken.slot = slots.slot AND taken.holder IS NOT NULL)
        ORDER BY slots.slot LIMIT 1) free
      WHERE :kind = 'OPERATOR'
        OR (SELECT run FROM reserved_devices WHERE device = :device)
          IS NOT DISTINCT FROM CAST(:run AS TEXT)
      ON CONFLICT (device, slot) DO UPDATE
      SET token = device_locks.token + 1, holder = excluded.holder, kind = excluded.kind,
          since = excluded.since, expires = excluded.expires
      WHERE device_locks.holder IS NULL
      RETURNING slot, token
      """;

  /** A lock that became a session's in the meantime stands without renewal. */
  private static final String RENEW =
      """
      UPDATE device_locks
      SET expires = CASE WHEN kind = 'ATTEMPT' THEN <now> + :expiry ELSE expires END
      WHERE device = :device AND slot = :slot AND token = :token
        AND holder IS NOT NULL AND claimed_by IS NULL
      """;

  /** A live session's lock goes with its session only; a claimed one with the clean-up. */
  static final String RELEASE =
      """
      UPDATE device_locks SET holder = NULL, kind = NULL, expires = NULL
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind IN ('ATTEMPT', 'ENDING', 'OPERATOR') AND claimed_by IS NULL
      """;

  private static final Comparator<DeviceLock> ROW_ORDER =
      Comparator.comparing(DeviceLock::device).thenComparing(DeviceLock::slot);

  private final Statements statements;
  private final RecordsOwed owed;

  SqlDeviceLocks(Statements statements, RecordsOwed owed) {
    this.statements = statements;
    this.owed = owed;
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Optional<String> run, Duration expiry) {
    Optional<Long> millis = Optional.of(expiry.toMillis());
    Wish wish = new Wish(device, slots, attempt, Kind.ATTEMPT, run, millis);
    return statements.inTransaction(
        "locks.tryLock",
        handle -> {
          handle.execute("<noReservationMeanwhile>");
          return take(handle, wish);
        });
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    Wish wish =
        new Wish(device, slots, operator, Kind.OPERATOR, Optional.empty(), Optional.empty());
    return statements.run("locks.tryLockForOperator", handle -> take(handle, wish));
  }

  private record Wish(
      DeviceId device,
      int slots,
      String holder,
      Kind kind,
      Optional<String> run,
      Optional<Long> expiryMillis) {}

  /** An empty answer may mean that another took the slot that we picked: so again. */
  private static Optional<DeviceLock> take(Handle handle, Wish wish) {
    for (int tries = 0; tries < wish.slots(); tries++) {
      Optional<DeviceLock> taken = takeOnce(handle, wish);
      if (taken.isPresent()) {
        return taken;
      }
    }
    return Optional.empty();
  }

  private static Optional<DeviceLock> takeOnce(Handle handle, Wish wish) {
    String holder = Columns.storable(wish.holder());
    return handle
        .createQuery(TAKE)
        .bind("device", wish.device().value())
        .bind("slots", wish.slots())
        .bind("holder", holder)
        .bind("kind", wish.kind().name())
        .bindByType("run", wish.run().map(Columns::storable).orElse(null), String.class)
        .bindByType("expiry", wish.expiryMillis().orElse(null), Long.class)
        .map(
            (row, context) ->
                new DeviceLock(wish.device(), row.getInt("slot"), holder, row.getLong("token")))
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
    return owed.unlessWritten(
        statements.run("locks.release", handle -> release(handle, lock)),
        new RecordsOwed.Release(lock));
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
                    SELECT device, slot, token, holder, kind, since, expires FROM device_locks
                    WHERE holder IS NOT NULL ORDER BY device, slot
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
        Columns.optionalInstant(row, "expires"));
  }
}
