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
  private final Map<String, Settling> unwritten = new ConcurrentHashMap<>();

  /** The end of a claimed key: with a stored answer, or none. */
  private record Settling(String claim, Optional<Answered> answer) {}

  /**
   * @param others called with each settled key, to notify other replicas
   */
  SettledKeys(IdempotencyRecords records, Duration keep, Consumer<String> others) {
    this.records = records;
    this.keep = keep;
    this.others = others;
  }

  CompletionStage<Claim> claim(String key, String bodyHash, String claim) {
    return stage(() -> records.claim(key, bodyHash, claim));
  }

  /** Records an answer; completes when it is durable, or fails if it isn't yet. */
  CompletionStage<Void> record(String key, String claim, Answered answer) {
    return settle(key, new Settling(claim, Optional.of(answer)));
  }

  /** Releases a key: the next request with it begins anew. */
  void release(String key, String claim) {
    settle(key, new Settling(claim, Optional.empty()));
  }

  /** Retries failed writes. */
  void writeAgain() {
    unwritten.forEach(this::settle);
  }

  private CompletionStage<Void> settle(String key, Settling settling) {
    CompletionStage<Void> written =
        stage(
            () ->
                settling
                    .answer()
                    .map(answer -> records.record(key, settling.claim(), answer, keep))
                    .orElseGet(() -> records.release(key, settling.claim())));
    return written.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            unwritten.remove(key, settling);
            others.accept(key);
          } else if (unwritten.size() < MAX_UNWRITTEN) {
            unwritten.put(key, settling);
            log.warn("an answer can't be kept for repeats yet: {}", failure.toString());
          }
        });
  }

  private static <T> CompletionStage<T> stage(Supplier<CompletionStage<T>> store) {
    try {
      return store.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }
}
