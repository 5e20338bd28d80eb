package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Merges the server's session records with the reports of suites. A report's key is the id of its
 * session. A report on an id that belongs to another tenant gets a key of its own, which hides the
 * other session from this suite.
 */
public final class SessionRows {
  /** The number of rows that lists include; older rows are found by id only. */
  private static final int MAX_LISTED = 5000;

  /** Separates a session id from the tenant that reports on it without owning it. */
  private static final char KEY_SEPARATOR = '\u001f';

  private final SessionRecords records;
  private final TestReports reports;

  SessionRows(SessionRecords records, TestReports reports) {
    this.records = records;
    this.reports = reports;
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

  /** Returns the sessions of these runs, newest first. */
  public CompletionStage<List<SessionRow>> of(Collection<RunId> runs) {
    return records.ofRuns(runs).thenCombine(reports.ofRuns(runs), SessionRows::merged);
  }

  /**
   * Returns the newest rows; reading this many of each source suffices for this many merged ones.
   */
  private CompletionStage<List<SessionRow>> newest(int most) {
    return records.newest(most).thenCombine(reports.newest(most), SessionRows::merged);
  }

  /**
   * A page of rows.
   *
   * @param total the number of rows that lists include
   */
  record Page(List<SessionRow> rows, int total) {}

  CompletionStage<Page> page(ApiCaller caller, int offset, int limit) {
    if (!caller.seesAll()) {
      return page(caller, row -> true, offset, limit);
    }
    int most = (int) Math.min((long) offset + limit, MAX_LISTED);
    return total()
        .thenCombine(newest(most), (total, rows) -> cut(rows, total, offset, limit))
        .thenCompose(this::whole);
  }

  private CompletionStage<Integer> total() {
    return records
        .newestIds(MAX_LISTED)
        .thenCombine(
            reports.newestIds(MAX_LISTED),
            (recorded, reported) -> {
              Set<String> all = new HashSet<>(recorded);
              all.addAll(reported);
              return all.size();
            });
  }

  /** Returns a page of the matching rows. */
  CompletionStage<Page> page(ApiCaller caller, Predicate<SessionRow> fits, int offset, int limit) {
    return all()
        .thenApply(
            all -> {
              List<SessionRow> found =
                  all.stream().filter(row -> caller.seesThatOf(row.tenant())).filter(fits).toList();
              return cut(found, found.size(), offset, limit);
            })
        .thenCompose(this::whole);
  }

  private static Page cut(List<SessionRow> rows, int total, int offset, int limit) {
    return new Page(rows.stream().skip(offset).limit(limit).toList(), total);
  }

  /** Reads the details that lists omit. */
  private CompletionStage<Page> whole(Page page) {
    List<CompletableFuture<SessionRow>> rows =
        page.rows().stream().map(row -> whole(row).toCompletableFuture()).toList();
    return CompletableFuture.allOf(rows.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> new Page(rows.stream().map(CompletableFuture::join).toList(), page.total()));
  }

  private CompletionStage<SessionRow> whole(SessionRow row) {
    if (row.report().map(TestReport::isWhole).orElse(true)) {
      return CompletableFuture.completedFuture(row);
    }
    return reports
        .find(row.report().map(TestReport::session).orElse(row.session()))
        .thenApply(
            found ->
                new SessionRow(
                    row.session(), row.record(), found.isPresent() ? found : row.report()));
  }

  /** Returns all listed rows, newest first. */
  private CompletionStage<List<SessionRow>> all() {
    return newest(MAX_LISTED);
  }

  private static List<SessionRow> merged(List<SessionRecord> recorded, List<TestReport> reported) {
    Map<String, SessionRow> rows = new LinkedHashMap<>();
    recorded.forEach(
        record -> {
          String id = record.session().id().value();
          rows.putIfAbsent(id, new SessionRow(id, Optional.of(record), Optional.empty()));
        });
    reported.forEach(
        report ->
            rows.merge(
                report.session(),
                new SessionRow(session(report), Optional.empty(), Optional.of(report)),
                (known, newer) -> new SessionRow(known.session(), known.record(), newer.report())));
    return rows.values().stream()
        .sorted(Comparator.comparing(SessionRow::started).reversed())
        .toList();
  }

  private static String session(TestReport report) {
    int aside = report.session().indexOf(KEY_SEPARATOR);
    return aside < 0 ? report.session() : report.session().substring(0, aside);
  }

  /** Counts the sessions of a run by status and in total. */
  public static Map<String, Integer> counts(Stream<SessionRow> rows, RunId run, Instant now) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    List.of("passed", "failed", "error", "running", "total").forEach(key -> counts.put(key, 0));
    rows.filter(row -> row.run().equals(Optional.of(run)))
        .forEach(
            row -> {
              counts.merge(row.status(now), 1, Integer::sum);
              counts.merge("total", 1, Integer::sum);
            });
    return counts;
  }
}
