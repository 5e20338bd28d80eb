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
 * Merges our sessions with what suites said about theirs. A report's key is the id of its session.
 * Where a suite reports on an id that is another tenant's, it is told nothing of that: its report
 * has a key of its own, and for this suite it is the session of that id.
 */
public final class SessionRows {
  /** The lists look back this far; older rows are found by their id. */
  private static final int LATELY = 5000;

  /** Between a session id and the tenant that reports on it although it is another's. */
  private static final char ASIDE = '\u001f';

  private final SessionRecords records;
  private final TestReports reports;

  SessionRows(SessionRecords records, TestReports reports) {
    this.records = records;
    this.reports = reports;
  }

  /**
   * What a caller finds under a session id.
   *
   * @param reportKey of the caller's report on it
   */
  record Found(Optional<SessionRow> row, String reportKey) {}

  CompletionStage<Found> find(String session, ApiCaller caller) {
    if (caller.seesAll()) {
      return records
          .find(session)
          .thenCombine(reports.find(session), (record, report) -> found(session, record, report));
    }
    String aside = session + ASIDE + caller.tenant().name();
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

    /** A report that is older than its field for the tenant is of the session's. */
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

  /** Those of these runs, the newest first. */
  public CompletionStage<List<SessionRow>> of(Collection<RunId> runs) {
    return records.ofRuns(runs).thenCombine(reports.ofRuns(runs), SessionRows::merged);
  }

  /** The newest: so many rows of each kind are enough for so many of both. */
  private CompletionStage<List<SessionRow>> newest(int most) {
    return records.newest(most).thenCombine(reports.newest(most), SessionRows::merged);
  }

  /**
   * A page of all rows.
   *
   * @param total of the rows that lists look back to
   */
  record Page(List<SessionRow> rows, int total) {}

  CompletionStage<Page> page(ApiCaller caller, int offset, int limit) {
    if (!caller.seesAll()) {
      return page(caller, row -> true, offset, limit);
    }
    int most = (int) Math.min((long) offset + limit, LATELY);
    return total()
        .thenCombine(newest(most), (total, rows) -> cut(rows, total, offset, limit))
        .thenCompose(this::whole);
  }

  private CompletionStage<Integer> total() {
    return records
        .newestIds(LATELY)
        .thenCombine(
            reports.newestIds(LATELY),
            (ours, theirs) -> {
              Set<String> all = new HashSet<>(ours);
              all.addAll(theirs);
              return all.size();
            });
  }

  /** A page of the rows that fit. */
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

  /** Reads what lists leave out. */
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

  /** The newest first. */
  private CompletionStage<List<SessionRow>> all() {
    return newest(LATELY);
  }

  private static List<SessionRow> merged(List<SessionRecord> ours, List<TestReport> theirs) {
    Map<String, SessionRow> rows = new LinkedHashMap<>();
    ours.forEach(
        record -> {
          String id = record.session().id().value();
          rows.putIfAbsent(id, new SessionRow(id, Optional.of(record), Optional.empty()));
        });
    theirs.forEach(
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
    int aside = report.session().indexOf(ASIDE);
    return aside < 0 ? report.session() : report.session().substring(0, aside);
  }

  /** How the sessions of a run went, by their status and in all. */
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
