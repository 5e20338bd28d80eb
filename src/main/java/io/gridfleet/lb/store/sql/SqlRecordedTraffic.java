package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The records that a replay needs, from those of requests and devices. */
final class SqlRecordedTraffic implements RecordedTraffic {
  private static final String REQUESTS =
      """
      SELECT id, arrived, ended, outcome, tenant, run, selector, session, body FROM request_records
      WHERE arrived >= :from AND arrived < :to <after>
      ORDER BY arrived DESC, id DESC LIMIT :limit
      """;

  private static final String AFTER_REQUEST = "AND (arrived, id) < (:lastAt, :lastId)";

  /** The rows are read once for all pages, in the order in which they were written. */
  private static final String USES =
      """
      SELECT seq, device, kind, began, ended, session, run FROM device_periods
      WHERE <noIndex>kind IN ('SESSION', 'MAINTENANCE', 'OFFLINE', 'RESERVATION')
        AND <noIndex>began < :to
        AND (ended IS NULL OR ended > :from) <after>
      ORDER BY seq DESC LIMIT :limit
      """;

  private static final String AFTER_USE = "AND seq < :lastSeq";

  private final Statements statements;

  SqlRecordedTraffic(Statements statements) {
    this.statements = statements;
  }

  @Override
  public CompletionStage<Page<Request>> requests(Time time, Optional<Cursor> after, int limit) {
    return statements.run(
        "traffic.requests",
        handle -> {
          String sql = REQUESTS.replace("<after>", after.isPresent() ? AFTER_REQUEST : "");
          Query query = bound(handle, sql, time, limit);
          after.ifPresent(
              last -> query.bind("lastAt", last.at().toEpochMilli()).bind("lastId", last.id()));
          List<Read> rows = query.map((row, context) -> request(row)).list();
          List<Request> admitted = new ArrayList<>();
          rows.stream().limit(limit).map(Read::admitted).forEach(it -> it.ifPresent(admitted::add));
          return new Page<>(admitted, next(rows, limit, Read::cursor));
        });
  }

  /** A row; some requests were refused before they could wait. */
  private record Read(Cursor cursor, Optional<Request> admitted) {}

  private static Query bound(Handle handle, String sql, Time time, int limit) {
    Query query =
        handle
            .createQuery(sql)
            .bind("from", time.from().toEpochMilli())
            .bind("to", time.to().toEpochMilli())
            .bind("limit", limit + 1);
    return query;
  }

  private static <T> Optional<Cursor> next(List<T> rows, int limit, Function<T, Cursor> cursor) {
    return rows.size() > limit ? Optional.of(cursor.apply(rows.get(limit - 1))) : Optional.empty();
  }

  private static Read request(ResultSet row) throws SQLException {
    Instant arrived = Columns.instant(row, "arrived");
    Cursor cursor = new Cursor(arrived, row.getString("id"));
    JsonDocument body = JsonDocument.read(row.getString("body"));
    List<RequestDocuments.StepTime> steps = RequestDocuments.times(body);
    if (steps.stream().noneMatch(step -> step.kind().equals("ADMITTED"))) {
      return new Read(cursor, Optional.empty());
    }
    Optional<Instant> locked =
        steps.stream()
            .filter(step -> step.kind().equals("LOCKED"))
            .reduce((one, later) -> later)
            .map(step -> arrived.plus(step.micros(), ChronoUnit.MICROS));
    return new Read(
        cursor,
        Optional.of(
            new Request(
                cursor.id(),
                arrived,
                new Owner(row.getString("tenant"), Columns.optionalText(row, "run")),
                row.getString("selector"),
                new Terms((int) body.number("priority"), body.duration("wait")),
                new Result(
                    Outcome.valueOf(row.getString("outcome")),
                    Columns.optionalInstant(row, "ended"),
                    locked,
                    Columns.optionalText(row, "session")))));
  }

  @Override
  public CompletionStage<Page<Use>> uses(Time time, Optional<Cursor> after, int limit) {
    return statements.run(
        "traffic.uses",
        handle -> {
          String sql = USES.replace("<after>", after.isPresent() ? AFTER_USE : "");
          Query query = bound(handle, sql, time, limit);
          after.ifPresent(last -> query.bind("lastSeq", Long.parseLong(last.id())));
          List<ReadUse> rows = query.map((row, context) -> use(row)).list();
          return new Page<>(
              rows.stream().limit(limit).map(ReadUse::use).toList(),
              next(rows, limit, ReadUse::cursor));
        });
  }

  private record ReadUse(Cursor cursor, Use use) {}

  private static ReadUse use(ResultSet row) throws SQLException {
    Instant began = Columns.instant(row, "began");
    return new ReadUse(
        new Cursor(began, row.getString("seq")),
        new Use(
            new DeviceId(row.getString("device")),
            Kind.valueOf(row.getString("kind")),
            began,
            Columns.optionalInstant(row, "ended"),
            Columns.optionalText(row, "session"),
            Columns.optionalText(row, "run")));
  }
}
