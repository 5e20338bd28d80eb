package io.gridfleet.lb.session;

import io.gridfleet.lb.lab.StoreLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Idempotency records in memory, which replicas may share as they share a store. */
public final class FakeIdempotencyRecords implements IdempotencyRecords {
  private record Kept(Answered answer, Instant end) {}

  private record Taken(String bodyHash, String claim) {}

  private final Map<String, Taken> taken = new ConcurrentHashMap<>();
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private @Nullable StoreLink link;
  private BiPredicate<String, String> ofOneReplica = (before, claim) -> false;
  private CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

  private CompletableFuture<Void> recording = CompletableFuture.completedFuture(null);

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

  /** Sets the link of further calls. */
  public void link(StoreLink way) {
    link = way;
  }

  private <T> CompletionStage<T> called(String name, Supplier<CompletionStage<T>> work) {
    return link == null ? work.get() : link.call("idempotency." + name, work);
  }

  @Override
  public CompletionStage<Claim> claim(String key, String bodyHash, String claim) {
    return called("claim", () -> take(key, bodyHash, claim));
  }

  private synchronized CompletionStage<Claim> take(String key, String bodyHash, String claim) {
    Claim result = claimed(key, bodyHash, claim);
    return held.thenApply(released -> result);
  }

  private Claim claimed(String key, String bodyHash, String claim) {
    Optional<Answered> answered = find(key).toCompletableFuture().join();
    if (answered.isPresent()) {
      return answered.get();
    }
    Taken before = taken.putIfAbsent(key, new Taken(bodyHash, claim));
    if (before == null) {
      return new Ours();
    }
    if (ofOneReplica.test(before.claim(), claim)) {
      taken.put(key, new Taken(bodyHash, claim));
      return new Ours();
    }
    return new Elsewhere(before.bodyHash());
  }

  /** Sets which claims belong to the same replica, which takes over its earlier ones. */
  public void replicas(BiPredicate<String, String> ofOne) {
    ofOneReplica = ofOne;
  }

  @Override
  public CompletionStage<Void> release(String key, String claim) {
    return called("letGo", () -> free(key, claim));
  }

  private synchronized CompletionStage<Void> free(String key, String claim) {
    taken.computeIfPresent(key, (same, row) -> row.claim().equals(claim) ? null : row);
    return CompletableFuture.completedFuture(null);
  }

  /** Sets whether answers to claims are delayed; delayed ones are sent when it ends. */
  public synchronized void slow(boolean isSlow) {
    if (isSlow) {
      held = new CompletableFuture<>();
    } else {
      held.complete(null);
    }
  }

  /** Sets whether answers to records are delayed; delayed ones are sent when it ends. */
  public synchronized void slowToRecord(boolean isSlow) {
    if (isSlow) {
      recording = new CompletableFuture<>();
    } else {
      recording.complete(null);
    }
  }

  /** Returns the number of claimed keys without an answer. */
  public synchronized int taken() {
    return taken.size();
  }

  /** Marks the replica that claimed this key as dead. */
  public synchronized void died(String key) {
    taken.remove(key);
  }

  @Override
  public CompletionStage<Void> record(String key, String claim, Answered answer, Duration keep) {
    return called("record", () -> keep(key, claim, answer, keep));
  }

  private synchronized CompletionStage<Void> keep(
      String key, String claim, Answered answer, Duration keep) {
    free(key, claim);
    Kept fresh = new Kept(answer, clock.instant().plus(keep));
    kept.merge(key, fresh, (old, newer) -> clock.instant().isBefore(old.end()) ? old : newer);
    return recording;
  }
}
