package io.gridfleet.lb.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * New session requests that carried an {@code X-Idempotency-Key}: who answers them, and what was
 * answered. A port over facts that survive a crash, so that a client which repeats its request gets
 * one answer from all replicas.
 */
public interface IdempotencyRecords {

  /** What a replica is to do with a request. */
  sealed interface Claim {}

  /** It tells the story, and records the answer or lets the key go. */
  record Ours() implements Claim {}

  /**
   * Another replica, which lives, tells it.
   *
   * @param bodyHash of that request's body
   */
  record Elsewhere(String bodyHash) implements Claim {}

  /**
   * What was answered to a key.
   *
   * @param bodyHash of the request's body: the same key with another body is an error
   * @param status the HTTP status
   * @param body the answer's bytes
   */
  record Answered(String bodyHash, int status, byte[] body) implements Claim {}

  /**
   * Takes a key, unless it was answered or another replica has it. What a replica has that died, or
   * that this one has from before, is taken over.
   *
   * @param claim names this very taking
   */
  CompletionStage<Claim> claim(String key, String bodyHash, String claim);

  /** The answer that was recorded for this key and whose time isn't over. */
  CompletionStage<Optional<Answered>> find(String key);

  /**
   * Keeps an answer for a while and lets the key go; the first one recorded for a key stays.
   *
   * @param claim as it was taken
   */
  CompletionStage<Void> record(String key, String claim, Answered answer, Duration keep);

  /** Lets a key go without an answer: the next who asks begins. */
  CompletionStage<Void> letGo(String key, String claim);
}
