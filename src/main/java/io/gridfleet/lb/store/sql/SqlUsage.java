package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * The use of devices, from the records of devices and requests. Periods that have ended and those
 * that go on are read by an index each: what ended before the time asked for isn't looked at. An
 * answer has as many rows as there were sessions, so they are read by position, and a device's id
 * is one object.
 */
final class SqlUsage implements Usage {
  private final Statements statements;

  SqlUsage(Statements statements) {
    this.statements = statements;
  }

  private static org.jdbi.v3.core.statement.Query bound(Handle handle, String sql, Query query) {
    org.jdbi.v3.core.statement.Query statement =
        handle
            .createQuery(sql)
            .bind("from", query.from().toEpochMilli())
            .bind("to", query.to().toEpochMilli())
            .bind("limit", MAX_ROWS);
    query.only().ifPresent(tenant -> statement.bind("tenant", Columns.storable(tenant)));
    return statement;
  }

  @Override
  public CompletionStage<List<Span>> spans(Query query) {
    return statements.run(
        "usage.spans",
        handle -> {
          Map<String, DeviceId> devices = new HashMap<>();
          return bound(handle, spansSql(query), query)
              .map(
                  (row, context) ->
                      new Span(
                          devices.computeIfAbsent(row.getString(1), DeviceId::new),
                          row.getString(2),
                          Kind.valueOf(row.getString(3)),
                          Instant.ofEpochMilli(row.getLong(4)),
                          Instant.ofEpochMilli(row.getLong(5))))
              .list();
        });
  }

  /** Each part is in the order of its index, so that the parts are merged and not sorted. */
  private static String spansSql(Query query) {
    String own = query.only().isPresent() ? " AND tenant = :tenant" : "";
    String part =
        "SELECT device, platform, kind, began, ended FROM device_periods"
            + " WHERE began < :to AND ended > :from AND kind = ";
    return part
        + "'SESSION'"
        + own
        + " UNION ALL "
        + part
        + "'MAINTENANCE' UNION ALL "
        + part
        + "'OFFLINE' UNION ALL SELECT device, platform, kind, began, :to FROM device_periods"
        + " WHERE kind IN ('SESSION', 'MAINTENANCE', 'OFFLINE') AND began < :to"
        + (own.isEmpty() ? "" : " AND (kind <> 'SESSION' OR tenant = :tenant)")
        + " AND ended IS NULL ORDER BY ended DESC, began DESC LIMIT :limit";
  }

  @Override
  public CompletionStage<List<Wait>> waits(Query query) {
    String own = query.only().isPresent() ? " AND tenant = :tenant" : "";
    String sql =
        "SELECT device, arrived, waited FROM request_records"
            + " WHERE arrived >= :from AND arrived < :to AND outcome = 'CREATED'"
            + " AND device IS NOT NULL"
            + own
            + " ORDER BY arrived DESC LIMIT :limit";
    return statements.run(
        "usage.waits",
        handle -> {
          Map<String, DeviceId> devices = new HashMap<>();
          return bound(handle, sql, query)
              .map(
                  (row, context) ->
                      new Wait(
                          devices.computeIfAbsent(row.getString(1), DeviceId::new),
                          Instant.ofEpochMilli(row.getLong(2)),
                          Duration.ofMillis(row.getLong(3))))
              .list();
        });
  }
}
