package io.gridfleet.lb.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers kept by {@code X-Idempotency-Key}, as Appium's server keeps them: by key alone, failures
 * too, the last 64. Any thread.
 */
final class Replays {
  /** Appium's own bound. */
  private static final int MAX_KEYS = 64;

  private final Map<String, CompletableFuture<SimulatedAnswer>> answers = new LinkedHashMap<>();

  synchronized Optional<CompletableFuture<SimulatedAnswer>> find(String key) {
    return Optional.ofNullable(answers.get(key));
  }

  /** Returns the future answer for this key; without a key nothing is kept. */
  synchronized CompletableFuture<SimulatedAnswer> keep(String key) {
    CompletableFuture<SimulatedAnswer> answer = new CompletableFuture<>();
    if (!key.isEmpty()) {
      answers.put(key, answer);
      if (answers.size() > MAX_KEYS) {
        answers.remove(answers.keySet().iterator().next());
      }
    }
    return answer;
  }

  synchronized void clear() {
    answers.clear();
  }
}
