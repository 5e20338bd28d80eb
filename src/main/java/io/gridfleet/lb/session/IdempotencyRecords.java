package io.gridfleet.lb.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Answers of new session requests that carried an {@code X-Idempotency-Key}: a port over facts that
 * survive a crash, so that a client which repeats its request gets the same answer from any
 * replica.
 */
public interface IdempotencyRecords {

  /**
   * What was answered to a key.
   *
   * @param bodyHash of the request's body: the same key with another body is an error
   * @param status the HTTP status
   * @param body the answer's bytes
   */
  record Answered(String bodyHash, int status, byte[] body) {}

  /** The answer that was recorded for this key and whose time isn't over. */
  CompletionStage<Optional<Answered>> find(String key);

  /** Keeps an answer for a while; the first one recorded for a key stays. */
  CompletionStage<Void> record(String key, Answered answer, Duration keep);
}
