package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.store.replica.SharedDuties;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.statement.Query;

/** Reads the history of devices; {@link DevicePeriodWrites} writes it. */
final class SqlDeviceHistory implements DeviceHistory {
  private static final String COLUMNS =
      "id, device, device_name, platform, kind, began, planned_end, session, request, run, tenant,"
          + " cause, text, began_by, ended_by, CASE WHEN ended IS NULL AND planned_end <= <now> THEN planned_end"
          + " ELSE ended END AS ended";

  private final Statements statements;
  private final LostPeriods lost;
  private final HistoryPruning pruning;
  private final DevicePeriodWrites writes;

  SqlDeviceHistory(Statements statements, SharedDuties duties, String own, Duration silent) {
    this.statements = statements;
    this.writes = new DevicePeriodWrites(own, silent);
    this.lost = new LostPeriods(writes, own, silent);
    this.pruning = new HistoryPruning(statements, duties, HistoryPruning.Table.PERIODS);
  }

  @Override
  public CompletionStage<Result> write(List<PeriodChange> batch) {
    return statements
        .inTransaction(
            "periods.write",
            handle -> {
              writes.write(handle, batch);
              return batch.size();
            })
        .handle((done, failure) -> WriteResults.of(failure));
  }

  @Override
  public CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit) {
    return statements.run(
        "periods.page",
        handle -> {
          Query query =
              handle
                  .createQuery(
                      "SELECT "
                          + COLUMNS
                          + " FROM device_periods WHERE device = :device"
                          + where(filter, after)
                          + " ORDER BY began DESC, id DESC LIMIT :limit")
                  .bind("device", filter.device().value())
                  .bind("limit", limit + 1);
          filter.only().ifPresent(tenant -> query.bind("tenant", Columns.storable(tenant)));
          filter.from().ifPresent(from -> query.bind("from", from.toEpochMilli()));
          filter.to().ifPresent(to -> query.bind("to", to.toEpochMilli()));
          after.ifPresent(
              last -> query.bind("began", last.began().toEpochMilli()).bind("id", last.id()));
          return page(query.map((row, context) -> period(row)).list(), limit);
        });
  }

  private static String where(Filter filter, Optional<Cursor> after) {
    return (filter.only().isPresent() ? " AND (tenant IS NULL OR tenant = :tenant)" : "")
        + (filter.from().isPresent() ? " AND (ended IS NULL OR ended >= :from)" : "")
        + (filter.to().isPresent() ? " AND began <= :to" : "")
        + (after.isPresent() ? " AND (began, id) < (:began, :id)" : "");
  }

  private static Page page(List<DevicePeriod> found, int limit) {
    if (found.size() <= limit) {
      return new Page(found, Optional.empty());
    }
    DevicePeriod last = found.get(limit - 1);
    return new Page(found.subList(0, limit), Optional.of(new Cursor(last.began(), last.id())));
  }

  @Override
  public CompletionStage<List<DevicePeriod>> failures(
      Optional<String> tenant, Instant after, int limit) {
    return statements.run(
        "periods.failures",
        handle -> {
          Query query =
              handle
                  .createQuery(
                      "SELECT "
                          + COLUMNS
                          + " FROM device_periods WHERE kind = 'FAILED_ATTEMPT' AND ended > :after"
                          + (tenant.isPresent() ? " AND tenant = :tenant" : "")
                          + " ORDER BY device_periods.ended DESC LIMIT :limit")
                  .bind("after", after.toEpochMilli())
                  .bind("limit", limit);
          tenant.ifPresent(name -> query.bind("tenant", Columns.storable(name)));
          return query.map((row, context) -> period(row)).list();
        });
  }

  @Override
  public CompletionStage<List<SessionLengths.Ended>> ended(int limit) {
    return statements.run(
        "periods.ended",
        handle ->
            handle
                .createQuery(
                    "SELECT device, platform, began, ended FROM device_periods"
                        + " WHERE kind = 'SESSION' AND ended IS NOT NULL"
                        + " ORDER BY device_periods.ended DESC LIMIT :limit")
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new SessionLengths.Ended(
                            new DeviceId(row.getString("device")),
                            row.getString("platform"),
                            Duration.ofMillis(row.getLong("ended") - row.getLong("began"))))
                .list());
  }

  private static DevicePeriod period(ResultSet row) throws SQLException {
    return new DevicePeriod(
        row.getString("id"),
        new DevicePeriod.NamedDevice(
            new DeviceId(row.getString("device")),
            row.getString("device_name"),
            row.getString("platform")),
        Kind.valueOf(row.getString("kind")),
        Columns.instant(row, "began"),
        Columns.optionalInstant(row, "ended"),
        Columns.optionalInstant(row, "planned_end"),
        new DevicePeriod.Labels(
            new DevicePeriod.Who(
                Columns.optionalText(row, "session"),
                Columns.optionalText(row, "request"),
                Columns.optionalText(row, "run"),
                Columns.optionalText(row, "tenant")),
            row.getString("cause"),
            row.getString("text"),
            new DevicePeriod.Actors(
                Columns.optionalText(row, "began_by"), Columns.optionalText(row, "ended_by"))));
  }

  @Override
  public CompletionStage<Integer> reconcile(List<Offline> offline) {
    return statements.inTransaction("periods.reconcile", handle -> lost.reconcile(handle, offline));
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep, int most) {
    return pruning.run(keep, most);
  }
}
