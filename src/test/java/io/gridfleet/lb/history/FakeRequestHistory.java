package io.gridfleet.lb.history;

import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Records in memory; the filter is the tenant only. */
public final class FakeRequestHistory implements RequestHistory {
  private final Map<String, RequestRecord> records = new ConcurrentHashMap<>();

  /** Adds a request that waits. */
  public void waiting(String id, String tenant) {
    Instant arrived = Instant.parse("2026-11-28T06:00:00Z");
    RequestRow row =
        new RequestRow(
            id,
            arrived,
            Optional.empty(),
            Outcome.WAITING,
            new RequestRow.Asker(tenant, Optional.empty(), Optional.of("login"), "selenium java"),
            "platformname:android",
            new RequestRow.Result(Optional.empty(), Optional.empty(), 0, Optional.empty()),
            new RequestRow.Times(Duration.ZERO, Duration.ZERO, Optional.empty()),
            new RequestRow.ServedBy("r1", "lab:1"));
    Asked asked = new Asked(Optional.of("x"), List.of(Map.of("a", 1)), Duration.ZERO, 0, 10);
    RequestStep admitted = RequestStep.of(RequestStep.Kind.ADMITTED, arrived);
    records.put(id, new RequestRecord(row, asked, List.of(admitted), 0));
  }

  @Override
  public CompletionStage<Optional<RequestRecord>> find(String id) {
    return CompletableFuture.completedStage(Optional.ofNullable(records.get(id)));
  }

  @Override
  public CompletionStage<Optional<String>> ofSession(String session) {
    return CompletableFuture.completedStage(
        records.values().stream()
            .map(RequestRecord::row)
            .filter(row -> row.result().session().equals(Optional.of(session)))
            .map(RequestRow::id)
            .findFirst());
  }

  @Override
  public CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit) {
    List<RequestRow> rows =
        records.values().stream()
            .map(RequestRecord::row)
            .filter(row -> filter.only().map(row.asker().tenant()::equals).orElse(true))
            .sorted(Comparator.comparing(RequestRow::arrived).reversed())
            .limit(limit)
            .toList();
    return CompletableFuture.completedStage(new Page(rows, Optional.empty()));
  }

  @Override
  public CompletionStage<Integer> endLost(Predicate<String> isOpen) {
    return CompletableFuture.completedStage(0);
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep, int most) {
    return CompletableFuture.completedStage(0);
  }

  @Override
  public CompletionStage<Result> write(List<RequestRecord> batch) {
    batch.forEach(record -> records.put(record.row().id(), record));
    return CompletableFuture.completedStage(Result.WRITTEN);
  }
}
