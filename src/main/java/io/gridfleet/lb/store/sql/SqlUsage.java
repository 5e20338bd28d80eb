package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.Usage;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * The use of devices, from the records of devices and requests. Periods that have ended and those
 * that go on are read by an index each: what ended before the time asked for isn't looked at.
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
    String own = query.only().isPresent() ? " AND (kind <> 'SESSION' OR tenant = :tenant)" : "";
    String kinds = " WHERE kind IN ('SESSION', 'MAINTENANCE', 'OFFLINE') AND began < :to" + own;
    return statements.run(
        "usage.spans",
        handle ->
            bound(
                    handle,
                    "SELECT device, platform, kind, began, ended FROM device_periods"
                        + kinds
                        + " AND ended > :from"
                        + " UNION ALL SELECT device, platform, kind, began, :to FROM device_periods"
                        + kinds
                        + " AND ended IS NULL"
                        + " ORDER BY began DESC LIMIT :limit",
                    query)
                .map(
                    (row, context) ->
                        new Span(
                            new DeviceId(row.getString("device")),
                            row.getString("platform"),
                            Kind.valueOf(row.getString("kind")),
                            Columns.instant(row, "began"),
                            Columns.instant(row, "ended")))
                .list());
  }

  @Override
  public CompletionStage<List<Wait>> waits(Query query) {
    String own = query.only().isPresent() ? " AND tenant = :tenant" : "";
    return statements.run(
        "usage.waits",
        handle ->
            bound(
                    handle,
                    "SELECT device, arrived, waited FROM request_records"
                        + " WHERE arrived >= :from AND arrived < :to AND outcome = 'CREATED'"
                        + " AND device IS NOT NULL"
                        + own
                        + " ORDER BY arrived DESC LIMIT :limit",
                    query)
                .map(
                    (row, context) ->
                        new Wait(
                            new DeviceId(row.getString("device")),
                            Columns.instant(row, "arrived"),
                            Columns.duration(row, "waited")))
                .list());
  }
}
