package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.AvoidedDevices;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.GroupPlace.Rank;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Avoided devices as rows. */
final class SqlAvoidedDevices implements AvoidedDevices {
  private static final String AVOID =
      """
      INSERT INTO avoided_devices (device, expires, cause)
      VALUES (:device, <now> + :howLong, :cause)
      ON CONFLICT (device) DO UPDATE
      SET expires = excluded.expires, cause = excluded.cause
      RETURNING device, expires, cause
      """;

  private static final String END =
      """
      DELETE FROM avoided_devices WHERE device = :device
      RETURNING CASE WHEN expires > <now> THEN 1 ELSE 0 END AS unexpired
      """;

  private final Statements statements;
  private final StoreSignals sender;
  private final StoreClock clock;

  SqlAvoidedDevices(Statements statements, StoreSignals sender, StoreClock clock) {
    this.statements = statements;
    this.sender = sender;
    this.clock = clock;
  }

  @Override
  public CompletionStage<AvoidedDevice> avoid(DeviceId device, Duration howLong, String cause) {
    SignalledChange<AvoidedDevice> avoid =
        new SignalledChange<>(
            AVOID,
            query ->
                query
                    .bind("device", device.value())
                    .bind("howLong", howLong.toMillis())
                    .bind("cause", Columns.storable(cause)),
            (row, context) -> avoided(row),
            new FleetSignal.AvoidanceChanged(device));
    return statements.write(
        "avoided.avoid",
        GroupPlace.of(Rank.AVOIDANCE, device.value()),
        (handle, signals) -> avoid.execute(handle, signals).orElseThrow(),
        handle -> avoid.commit(handle, sender).orElseThrow());
  }

  @Override
  public CompletionStage<Boolean> endAvoidance(DeviceId device) {
    SignalledChange<Boolean> end =
        new SignalledChange<>(
            END,
            query -> query.bind("device", device.value()),
            (row, context) -> row.getInt("unexpired") == 1,
            new FleetSignal.AvoidanceChanged(device));
    return statements.write(
        "avoided.forgive",
        GroupPlace.of(Rank.AVOIDANCE, device.value()),
        (handle, signals) -> end.execute(handle, signals).orElse(false),
        handle -> end.commit(handle, sender).orElse(false));
  }

  @Override
  public CompletionStage<List<AvoidedDevice>> all() {
    return statements.run(
        "avoided.all",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT device, expires, cause FROM avoided_devices
                    WHERE expires > <now> ORDER BY device
                    """)
                .map((row, context) -> avoided(row))
                .list());
  }

  private AvoidedDevice avoided(ResultSet row) throws SQLException {
    return new AvoidedDevice(
        new DeviceId(row.getString("device")),
        clock.fromStore(Columns.instant(row, "expires")),
        row.getString("cause"));
  }
}
