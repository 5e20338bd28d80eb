package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Merges the server's session records with the reports of suites. A report's key is the id of its
 * session. A report on an id that belongs to another tenant gets a key of its own, which hides the
 * other session from this suite.
 */
public final class SessionRows {
  /** Separates a session id from the tenant that reports on it without owning it. */
  private static final char KEY_SEPARATOR = '\u001f';

  private final SessionRecords records;
  private final TestReports reports;
  private final SessionPages pages;

  public SessionRows(SessionRecords records, TestReports reports, SessionPages pages) {
    this.records = records;
    this.reports = reports;
    this.pages = pages;
  }

  /**
   * The result of a lookup by session id.
   *
   * @param reportKey the key of the caller's report on the session
   */
  record Found(Optional<SessionRow> row, String reportKey) {}

  CompletionStage<Found> find(String session, ApiCaller caller) {
    if (caller.seesAll()) {
      return records
          .find(session)
          .thenCombine(reports.find(session), (record, report) -> found(session, record, report));
    }
    String aside = session + KEY_SEPARATOR + caller.tenant().name();
    return records
        .find(session)
        .thenCombine(reports.find(session), Both::new)
        .thenCombine(
            reports.find(aside),
            (known, own) -> {
              if (known.isForeign(caller)) {
                return new Found(found(session, Optional.empty(), own).row(), aside);
              }
              return found(session, known.record(), known.report());
            });
  }

  private record Both(Optional<SessionRecord> record, Optional<TestReport> report) {
    boolean isForeign(ApiCaller caller) {
      return record.filter(it -> !caller.seesThatOf(tenant(it))).isPresent()
          || report.filter(it -> !caller.seesThatOf(tenant(it))).isPresent();
    }

    /** Reports from before tenants were recorded belong to the session's tenant. */
    private Optional<String> tenant(TestReport report) {
      return report.tenant().or(() -> record.flatMap(Both::tenant));
    }

    private static Optional<String> tenant(SessionRecord record) {
      return Optional.of(record.session().terms().tenant());
    }
  }

  private static Found found(
      String session, Optional<SessionRecord> record, Optional<TestReport> report) {
    boolean none = record.isEmpty() && report.isEmpty();
    return new Found(
        none ? Optional.empty() : Optional.of(new SessionRow(session, record, report)), session);
  }

  /**
   * A page of rows, newest first.
   *
   * @param total the number of rows that match the filter
   */
  record Page(List<SessionRow> rows, long total) {}

  CompletionStage<Page> page(SessionPages.Filter filter, int offset, int limit) {
    return pages
        .page(filter, offset, limit)
        .thenApply(
            page -> new Page(page.rows().stream().map(SessionRows::row).toList(), page.total()));
  }

  private static SessionRow row(SessionPages.Row row) {
    String key = row.report().map(TestReport::session).orElse(row.key());
    int aside = key.indexOf(KEY_SEPARATOR);
    return new SessionRow(aside < 0 ? key : key.substring(0, aside), row.record(), row.report());
  }

  /** Counts the sessions of each of these runs by status and in total. */
  public CompletionStage<Map<RunId, Map<String, Long>>> counts(
      Collection<RunId> runs, Instant now) {
    return pages
        .counts(runs, SessionRow.overdue(now))
        .thenApply(
            found -> {
              Map<RunId, Map<String, Long>> counts = new HashMap<>();
              runs.forEach(run -> counts.put(run, counts(found.getOrDefault(run, Map.of()))));
              return counts;
            });
  }

  private static Map<String, Long> counts(Map<Outcome, Long> found) {
    Map<String, Long> counts = new LinkedHashMap<>();
    List.of(Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.RUNNING)
        .forEach(
            status ->
                counts.put(status.name().toLowerCase(Locale.ROOT), found.getOrDefault(status, 0L)));
    counts.put("total", found.values().stream().mapToLong(Long::longValue).sum());
    return counts;
  }
}
