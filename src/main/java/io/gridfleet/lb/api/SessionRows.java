package io.gridfleet.lb.api;

import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Merges our sessions with what suites said about theirs. */
final class SessionRows {
  /** The lists look back this far; older rows are found by their id. */
  private static final int LATELY = 5000;

  private final SessionRecords records;
  private final TestReports reports;

  SessionRows(SessionRecords records, TestReports reports) {
    this.records = records;
    this.reports = reports;
  }

  CompletionStage<Optional<SessionRow>> find(String session) {
    return records
        .find(session)
        .thenCombine(
            reports.find(session),
            (record, report) ->
                record.isEmpty() && report.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new SessionRow(session, record, report)));
  }

  /** Those of these runs, the newest first. */
  CompletionStage<List<SessionRow>> of(Collection<RunId> runs) {
    return records.ofRuns(runs).thenCombine(reports.ofRuns(runs), SessionRows::merged);
  }

  /** The newest first. */
  CompletionStage<List<SessionRow>> all() {
    return records.newest(LATELY).thenCombine(reports.newest(LATELY), SessionRows::merged);
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
                new SessionRow(report.session(), Optional.empty(), Optional.of(report)),
                (known, newer) -> new SessionRow(known.session(), known.record(), newer.report())));
    return rows.values().stream()
        .sorted(Comparator.comparing(SessionRow::started).reversed())
        .toList();
  }

  /** How the sessions of a run went, by their status and in all. */
  static Map<String, Integer> counts(Stream<SessionRow> rows, RunId run, Instant now) {
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
