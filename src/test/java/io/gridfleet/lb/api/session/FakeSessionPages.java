package io.gridfleet.lb.api.session;

import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The list of sessions in memory: merges, filters and sorts all rows with the program's own rules.
 * Stores are compared with it.
 */
public final class FakeSessionPages implements SessionPages {
  private static final Comparator<Row> NEWEST_FIRST =
      Comparator.comparing((Row row) -> listed(row).started())
          .thenComparing(FakeSessionPages::token)
          .reversed()
          .thenComparing(Row::key);

  private final Supplier<Collection<SessionRecord>> records;
  private final Supplier<Collection<TestReport>> reports;

  public FakeSessionPages(
      Supplier<Collection<SessionRecord>> records, Supplier<Collection<TestReport>> reports) {
    this.records = records;
    this.reports = reports;
  }

  @Override
  public CompletionStage<Page> page(Filter filter, int offset, int limit) {
    List<Row> found = rows().filter(row -> fits(row, filter)).sorted(NEWEST_FIRST).toList();
    return CompletableFuture.completedStage(
        new Page(found.stream().skip(offset).limit(limit).toList(), found.size()));
  }

  @Override
  public CompletionStage<Map<RunId, Map<Outcome, Long>>> counts(
      Collection<RunId> runs, Instant overdue) {
    Map<RunId, Map<Outcome, Long>> counts = new HashMap<>();
    rows()
        .map(FakeSessionPages::listed)
        .filter(row -> row.run().filter(runs::contains).isPresent())
        .forEach(
            row ->
                counts
                    .computeIfAbsent(row.run().orElseThrow(), run -> new EnumMap<>(Outcome.class))
                    .merge(status(row, overdue), 1L, Long::sum));
    return CompletableFuture.completedStage(counts);
  }

  private Stream<Row> rows() {
    List<SessionRecord> newest = new ArrayList<>(records.get());
    newest.sort(
        Comparator.comparing((SessionRecord record) -> record.session().created())
            .thenComparing(record -> record.session().lock().token()));
    Map<String, Row> rows = new TreeMap<>();
    newest.forEach(
        record -> {
          String id = record.session().id().value();
          rows.put(id, new Row(id, Optional.of(record), Optional.empty()));
        });
    reports
        .get()
        .forEach(
            report ->
                rows.merge(
                    report.session(),
                    new Row(report.session(), Optional.empty(), Optional.of(report)),
                    (known, added) -> new Row(known.key(), known.record(), added.report())));
    return rows.values().stream();
  }

  private static boolean fits(Row row, Filter filter) {
    SessionRow listed = listed(row);
    Instant started = listed.started();
    return filter.labels().tenant().map(it -> listed.tenant().equals(Optional.of(it))).orElse(true)
        && filter.labels().test().map(it -> listed.testName().equals(Optional.of(it))).orElse(true)
        && filter.results().end().map(it -> listed.endReason().equals(Optional.of(it))).orElse(true)
        && filter.devices().map(it -> listed.device().filter(it::contains).isPresent()).orElse(true)
        && filter.run().map(it -> listed.run().equals(Optional.of(it))).orElse(true)
        && filter
            .results()
            .status()
            .map(it -> status(listed, filter.results().overdue()) == it)
            .orElse(true)
        && filter.started().from().map(it -> !started.isBefore(it)).orElse(true)
        && filter.started().to().map(it -> !started.isAfter(it)).orElse(true);
  }

  private static Outcome status(SessionRow row, Instant overdue) {
    Duration grace = Duration.between(SessionRow.overdue(Instant.EPOCH), Instant.EPOCH);
    return Outcome.valueOf(row.status(overdue.plus(grace)).toUpperCase(Locale.ROOT));
  }

  private static long token(Row row) {
    return row.record().map(record -> record.session().lock().token()).orElse(0L);
  }

  private static SessionRow listed(Row row) {
    return new SessionRow(row.key(), row.record(), row.report());
  }
}
