package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Claim;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims idempotency keys in the store, and records their answers or releases them. Failed writes
 * are kept, within a bound, and retried by a sweep. Any thread.
 *
 * <p>States of a claim's end: being written; unwritten, after a failure, in {@link #answers} or
 * {@link #releases}; written. An unwritten answer is given to repeats on this replica ({@link
 * #claim}). To other replicas the key stays claimed by this one, so their repeats wait until the
 * answer is written, or this replica is dead.
 *
 * <p>Invariants: an unwritten answer is removed after it is durable, and entered before {@link
 * #record} fails, so a claim after that finds it here or in the store. The first unwritten answer
 * of a key stays, as in the store, and no release replaces it.
 */
final class SettledKeys {
  private static final Logger log = LoggerFactory.getLogger(SettledKeys.class);

  /**
   * Bounds failed writes: an outage of a minute at two hundred refusals a second, of a kilobyte
   * each.
   */
  private static final int MAX_UNWRITTEN = 12_000;

  private final IdempotencyRecords records;
  private final Duration keep;
  private final Consumer<String> others;

  /** By key. */
  private final Map<String, Settling> answers = new ConcurrentHashMap<>();

  /** By claim: a key may have been claimed again since. */
  private final Map<String, Settling> releases = new ConcurrentHashMap<>();

  /** The end of a claimed key: with a stored answer, or none. */
  private record Settling(String key, String claim, Optional<Answered> answer) {
    Settling withoutAnswer() {
      return new Settling(key, claim, Optional.empty());
    }
  }

  /**
   * @param others called with each settled key, to notify other replicas
   */
  SettledKeys(IdempotencyRecords records, Duration keep, Consumer<String> others) {
    this.records = records;
    this.keep = keep;
    this.others = others;
  }

  /** Claims a key, unless this replica has its answer and couldn't record it yet. */
  CompletionStage<Claim> claim(String key, String bodyHash, String claim) {
    Settling unwritten = answers.get(key);
    if (unwritten != null && unwritten.answer().isPresent()) {
      return CompletableFuture.completedFuture(unwritten.answer().get());
    }
    return stage(() -> records.claim(key, bodyHash, claim));
  }

  /** Records an answer; completes when it is durable, or fails if it isn't yet. */
  CompletionStage<Void> record(String key, String claim, Answered answer) {
    return settle(new Settling(key, claim, Optional.of(answer)));
  }

  /** Releases a key: the next request with it begins anew. */
  void release(String key, String claim) {
    settle(new Settling(key, claim, Optional.empty()));
  }

  /** Retries failed writes. */
  void writeAgain() {
    answers.values().forEach(this::settle);
    releases.values().forEach(this::settle);
  }

  private CompletionStage<Void> settle(Settling settling) {
    return stage(() -> write(settling))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                answers.remove(settling.key(), settling);
                releases.remove(settling.claim(), settling);
                others.accept(settling.key());
              } else {
                failed(settling, failure);
              }
            });
  }

  private CompletionStage<Void> write(Settling settling) {
    return settling
        .answer()
        .map(answer -> records.record(settling.key(), settling.claim(), answer, keep))
        .orElseGet(() -> records.release(settling.key(), settling.claim()));
  }

  /** Keeps a failed write for the sweep. Beyond the bound, a repeat begins anew. */
  private void failed(Settling settling, Throwable failure) {
    log.warn("an answer can't be kept for repeats yet: {}", failure.toString());
    if (answers.size() + releases.size() >= MAX_UNWRITTEN) {
      return;
    }
    boolean kept =
        settling.answer().isPresent()
            && answers.merge(settling.key(), settling, (first, later) -> first).equals(settling);
    if (!kept) {
      releases.put(settling.claim(), settling.withoutAnswer());
    }
  }

  private static <T> CompletionStage<T> stage(Supplier<CompletionStage<T>> store) {
    try {
      return store.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }
}
