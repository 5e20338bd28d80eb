package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Pages of {@code session_list}, which triggers of the database write. A page reads its rows only:
 * their keys from an index, then the sessions and reports of these keys.
 */
final class SqlSessionPages implements SessionPages {
  /** Larger reports are read one after another, since drivers hold a whole result in memory. */
  private static final int LARGE = 8 * 1024;

  /** In place of a report that is too large; no JSON object. */
  private static final String TOO_LARGE = "-";

  static final String PAGE =
      "SELECT document_key, "
          + SessionColumns.LISTED
          + """
          , (SELECT CASE WHEN octet_length(body) > %d THEN '%s' ELSE body END
              FROM test_reports WHERE session = document_key) AS body
          FROM (%%s) listed
          LEFT JOIN sessions ON device = list_device AND slot = list_slot AND token = list_token
          """
              .formatted(LARGE, TOO_LARGE)
          + SessionListQuery.ORDER;

  private static final String COUNTS =
      """
      SELECT run, CASE WHEN status <> 'UNREPORTED' THEN status
          WHEN ended > :overdue THEN 'RUNNING' ELSE 'ERROR' END AS listed_status,
        count(*) AS rows_of_status
      FROM session_list WHERE run IN (<runs>) GROUP BY run, listed_status
      """;

  private final Statements statements;

  SqlSessionPages(Statements statements) {
    this.statements = statements;
  }

  /**
   * A row whose report may still have to be read.
   *
   * @param isLarge whether there is a report that was too large to be read with the others
   */
  private record Listed(Row row, boolean isLarge) {}

  @Override
  public CompletionStage<Page> page(Filter filter, int offset, int limit) {
    return statements.run(
        "sessions.page",
        handle -> {
          SessionListQuery query = new SessionListQuery(filter);
          return new Page(rows(handle, query, offset, limit), query.count(handle));
        });
  }

  private static List<Row> rows(Handle handle, SessionListQuery list, int offset, int limit) {
    Optional<String> keys = list.keys();
    if (keys.isEmpty()) {
      return List.of();
    }
    Query query = handle.createQuery(PAGE.formatted(keys.get()));
    list.bindPage(query, keys.get(), offset, limit);
    List<Row> rows = new ArrayList<>();
    for (Listed listed : query.map((row, context) -> listed(row)).list()) {
      Row row = listed.isLarge() ? withReport(handle, listed.row()) : listed.row();
      if (row.record().isPresent() || row.report().isPresent()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static Listed listed(ResultSet row) throws SQLException {
    boolean recorded = row.getString("id") != null;
    Optional<SessionRecord> record =
        recorded ? Optional.of(SessionColumns.record(row)) : Optional.empty();
    Optional<String> body = Columns.optionalText(row, "body");
    boolean isLarge = body.filter(TOO_LARGE::equals).isPresent();
    Optional<TestReport> report =
        body.filter(text -> !text.equals(TOO_LARGE)).map(SqlTestReports::report);
    return new Listed(new Row(row.getString("document_key"), record, report), isLarge);
  }

  /** The report may have been pruned in between. */
  private static Row withReport(Handle handle, Row row) {
    return new Row(row.key(), row.record(), SqlTestReports.read(handle, row.key()).report());
  }

  @Override
  public CompletionStage<Map<RunId, Map<Outcome, Long>>> counts(
      Collection<RunId> runs, Instant overdue) {
    if (runs.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return statements.run("sessions.counts", handle -> counts(handle, runs, overdue));
  }

  private static Map<RunId, Map<Outcome, Long>> counts(
      Handle handle, Collection<RunId> runs, Instant overdue) {
    Map<RunId, Map<Outcome, Long>> counts = new HashMap<>();
    handle
        .createQuery(COUNTS)
        .bindList("runs", runs.stream().map(RunId::value).toList())
        .bind("overdue", overdue.toEpochMilli())
        .map(
            (row, context) ->
                counts
                    .computeIfAbsent(
                        new RunId(row.getString("run")), run -> new EnumMap<>(Outcome.class))
                    .put(
                        Outcome.valueOf(row.getString("listed_status")),
                        row.getLong("rows_of_status")))
        .list();
    return counts;
  }
}
