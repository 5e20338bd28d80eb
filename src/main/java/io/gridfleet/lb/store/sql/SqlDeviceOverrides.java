package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.DeviceOverrides;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.webdriver.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Overrides as rows. A change reads, runs without a connection, and writes if the version is
 * unchanged.
 */
final class SqlDeviceOverrides implements DeviceOverrides {
  /** Many times what is used today. */
  private static final int MAX_CHARACTERS = 256 * 1024;

  private static final String COLUMNS =
      "device, "
          + Columns.cut("maintenance", TextBound.MAINTENANCE_REASON)
          + ", "
          + Columns.orEmptyObject("tags", MAX_CHARACTERS)
          + ", "
          + Columns.orEmptyObject("test_data", MAX_CHARACTERS)
          + ", version";

  private static final String WRITE =
      """
      INSERT INTO device_overrides (device, maintenance, tags, test_data, version)
      VALUES (:device, :maintenance, :tags, :testData, 1)
      ON CONFLICT (device) DO UPDATE
      SET maintenance = excluded.maintenance, tags = excluded.tags,
          test_data = excluded.test_data, version = device_overrides.version + 1
      WHERE device_overrides.version = :version
      RETURNING version
      """;

  private final Statements statements;
  private final StoreSignals sender;

  SqlDeviceOverrides(Statements statements, StoreSignals sender) {
    this.statements = statements;
    this.sender = sender;
  }

  /**
   * The content of a row.
   *
   * @param version 0 if there is no row
   */
  private record Row(DeviceOverride value, long version) {}

  @Override
  public CompletionStage<DeviceOverride> change(
      DeviceId device, UnaryOperator<DeviceOverride> change) {
    return statements
        .run("overrides.read", handle -> read(handle, device))
        .thenCompose(
            before -> {
              DeviceOverride after = change.apply(before.value());
              return write(after, before.version())
                  .thenCompose(
                      written ->
                          written
                              ? CompletableFuture.completedFuture(after)
                              : change(device, change));
            });
  }

  private CompletableFuture<Boolean> write(DeviceOverride after, long version) {
    SignalledChange<Long> change =
        new SignalledChange<>(
            WRITE,
            query -> bind(query, after, version),
            (row, context) -> row.getLong("version"),
            new FleetSignal.OverridesChanged(after.device()));
    return statements.write(
        "overrides.write",
        GroupPlace.ALONE,
        (handle, signals) -> change.execute(handle, signals).isPresent(),
        handle -> change.commit(handle, sender).isPresent());
  }

  private static Query bind(Query query, DeviceOverride after, long version) {
    return query
        .bind("device", after.device().value())
        .bindByType(
            "maintenance", after.maintenance().map(Columns::storable).orElse(null), String.class)
        .bind("tags", Json.text(after.tags()))
        .bind("testData", Json.text(after.testData()))
        .bind("version", version);
  }

  private static Row read(Handle handle, DeviceId device) {
    return handle
        .createQuery("SELECT " + COLUMNS + " FROM device_overrides WHERE device = :device")
        .bind("device", device.value())
        .map((row, context) -> row(row))
        .findOne()
        .orElseGet(() -> new Row(DeviceOverride.none(device), 0));
  }

  @Override
  public CompletionStage<List<DeviceOverride>> all() {
    return statements.run(
        "overrides.all",
        handle ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM device_overrides ORDER BY device")
                .map((row, context) -> row(row).value())
                .list());
  }

  private static Row row(ResultSet row) throws SQLException {
    DeviceOverride value =
        new DeviceOverride(
            new DeviceId(row.getString("device")),
            Columns.optionalText(row, "maintenance"),
            Columns.texts(row, "tags"),
            Json.object(row.getString("test_data")));
    return new Row(value, row.getLong("version"));
  }
}
