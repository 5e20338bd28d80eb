package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.store.signal.StoreSignals;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The row that a request for a lock needs, and the statement that takes it.
 *
 * @param elsewhere the requests of other replicas
 */
record SlotRow(LockRequest options, Kind kind, RemoteWaiters elsewhere) {
  /**
   * Picks the first slot without a holder and takes it; if another transaction took it in between,
   * no row is returned although another slot may be free. The row of a free slot holds since when
   * it is free. An attempt requires that the device's reservation is its own run's or that neither
   * exists, and that its tenant has fewer sessions than its limit.
   */
  private static final String TAKE =
      """
      INSERT INTO device_locks (device, slot, token, holder, kind, since, expires, tenant,
        limited_token, creation_limit, idle_limit)
      SELECT :device, free.slot, 1, :holder, :kind, <now>, <now> + :expiry, CAST(:tenant AS TEXT),
        1, CAST(:creation AS BIGINT), CAST(:idle AS BIGINT)
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
          since = excluded.since, expires = excluded.expires, tenant = excluded.tenant,
          limited_token = device_locks.token + 1, creation_limit = excluded.creation_limit,
          idle_limit = excluded.idle_limit
      WHERE device_locks.holder IS NULL
        AND NOT (:freeFor > 0 AND device_locks.since > <now> - :freeFor)
      RETURNING device, slot, token
      """;

  /**
   * {@link #TAKE} as one statement. The deletion of no row locks the table of reservations as
   * {@code <noReservationMeanwhile>} does; the server takes locks of tables before the snapshot in
   * which the statement reads.
   */
  private static final String TAKE_ALONE =
      "excluded AS (DELETE FROM reserved_devices WHERE FALSE), changed AS (" + TAKE + ")";

  /** Takes a slot in a transaction that excludes reservations, and attempts of the same tenant. */
  Optional<DeviceLock> take(Handle handle, Consumer<FleetSignal> signals) {
    Optional<DeviceLock> taken = repeated(() -> handle.createQuery(TAKE));
    if (isSignalled()) {
      taken
          .map(
              lock ->
                  new FleetSignal.Taken(
                      lock.device(), lock.slot(), lock.token(), options.quota().counted()))
          .ifPresent(signals);
    }
    return taken;
  }

  /** Takes a slot for a tenant without a limit, in a statement that commits by itself. */
  Optional<DeviceLock> takeAlone(Handle handle, StoreSignals sender) {
    if (!sender.hasOthers()) {
      return repeated(() -> handle.createQuery(TAKE));
    }
    return repeated(
        () ->
            sender.sending(
                handle,
                TAKE_ALONE,
                isSignalled() ? StoreSignals.OfRow.TAKEN : StoreSignals.OfRow.NONE));
  }

  private boolean isSignalled() {
    return elsewhere.any() || options.quota().counted().isPresent();
  }

  /** An empty result may mean that another transaction took the slot that was picked: retries. */
  private Optional<DeviceLock> repeated(Supplier<Query> statement) {
    for (int tries = 0; tries < options.slots(); tries++) {
      Optional<DeviceLock> taken = taken(statement.get());
      if (taken.isPresent()) {
        return taken;
      }
    }
    return Optional.empty();
  }

  private Optional<DeviceLock> taken(Query statement) {
    String holder = Columns.storable(options.attempt());
    return statement
        .bind("device", options.device().value())
        .bind("slots", options.slots())
        .bind("holder", holder)
        .bind("kind", kind.name())
        .bind("freeFor", elsewhere.freeFor().toMillis())
        .bindByType("run", run(), String.class)
        .bindByType("expiry", expiryMillis(), Long.class)
        .bindByType("tenant", tenant(), String.class)
        .bindByType("creation", millis(SessionLimits::creation), Long.class)
        .bindByType("idle", millis(SessionLimits::idle), Long.class)
        .bindByType("most", mostSessions(), Integer.class)
        .map(
            (taken, context) ->
                new DeviceLock(
                    options.device(), taken.getInt("slot"), holder, taken.getLong("token")))
        .findOne();
  }

  private @Nullable Long expiryMillis() {
    return kind == Kind.OPERATOR ? null : options.expiry().toMillis();
  }

  private @Nullable Long millis(Function<SessionLimits, Duration> limit) {
    return options.times().session().map(limit).map(Duration::toMillis).orElse(null);
  }

  private @Nullable String run() {
    return options.run().map(Columns::storable).orElse(null);
  }

  private @Nullable String tenant() {
    return options.quota().tenant().isEmpty() ? null : Columns.storable(options.quota().tenant());
  }

  private @Nullable Integer mostSessions() {
    OptionalInt most = options.quota().mostSessions();
    return most.isPresent() ? most.getAsInt() : null;
  }
}
