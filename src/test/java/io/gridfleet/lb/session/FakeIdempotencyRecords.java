package io.gridfleet.lb.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Idempotency records in memory, which replicas may share as they share a store. */
public final class FakeIdempotencyRecords implements IdempotencyRecords {
  private record Kept(Answered answer, Instant end) {}

  private final Map<String, Kept> kept = new ConcurrentHashMap<>();
  private final InstantSource clock;

  public FakeIdempotencyRecords(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public CompletionStage<Optional<Answered>> find(String key) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(kept.get(key))
            .filter(it -> clock.instant().isBefore(it.end()))
            .map(Kept::answer));
  }

  @Override
  public CompletionStage<Void> record(String key, Answered answer, Duration keep) {
    Kept fresh = new Kept(answer, clock.instant().plus(keep));
    kept.merge(key, fresh, (old, newer) -> clock.instant().isBefore(old.end()) ? old : newer);
    return CompletableFuture.completedFuture(null);
  }
}
