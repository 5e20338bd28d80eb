package io.gridfleet.lb.waiting;

import io.gridfleet.lb.lab.StoreLink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** The rows of one replica in memory, behind a link that may lose calls. */
final class FakeSharedQueue implements SharedQueue {
  final Map<String, QueueEntry> rows = new LinkedHashMap<>();

  /** The rows of each batch: written and deleted. */
  final List<Integer> batches = new ArrayList<>();

  /** The noted removals. */
  final List<String> removals = new ArrayList<>();

  /** Whether the next batch is rolled back. */
  BooleanSupplier refuses = () -> false;

  private final StoreLink link;

  FakeSharedQueue(StoreLink link) {
    this.link = link;
  }

  @Override
  public CompletionStage<Boolean> write(List<QueueEntry> entered, Set<String> left) {
    return link.call(
        "write",
        () -> {
          if (refuses.getAsBoolean()) {
            return CompletableFuture.completedStage(false);
          }
          left.forEach(rows::remove);
          entered.forEach(entry -> rows.put(entry.request(), entry));
          batches.add(entered.size() + left.size());
          return CompletableFuture.completedStage(true);
        });
  }

  @Override
  public CompletionStage<Integer> own() {
    return link.call("own", () -> CompletableFuture.completedStage(rows.size()));
  }

  @Override
  public CompletionStage<List<QueueEntry>> others(int most) {
    return link.call(
        "others",
        () -> CompletableFuture.completedStage(rows.values().stream().limit(most).toList()));
  }

  @Override
  public CompletionStage<Boolean> askRemoval(String request, String why) {
    return link.call(
        "askRemoval",
        () -> {
          boolean noted = rows.containsKey(request);
          if (noted) {
            removals.add(request);
          }
          return CompletableFuture.completedStage(noted);
        });
  }

  @Override
  public CompletionStage<List<Removal>> takeRemovals() {
    return CompletableFuture.completedStage(List.of());
  }
}
