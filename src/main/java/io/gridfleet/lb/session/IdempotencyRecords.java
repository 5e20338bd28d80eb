package io.gridfleet.lb.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Claims and answers of new session requests with an {@code X-Idempotency-Key}; a port over durable
 * storage, so that a repeated request gets the same answer from all replicas.
 */
public interface IdempotencyRecords {

  /** The result of a claim. */
  sealed interface Claim {}

  /** This replica runs the request, then records the answer or releases the key. */
  record Ours() implements Claim {}

  /**
   * Another live replica runs the request.
   *
   * @param bodyHash of that request's body
   */
  record Elsewhere(String bodyHash) implements Claim {}

  /**
   * The recorded answer of a key.
   *
   * @param bodyHash of the request's body; the same key with another body is an error
   * @param status the HTTP status
   * @param body the answer's bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
  record Answered(String bodyHash, int status, byte[] body) implements Claim {}

  /**
   * Claims a key unless it was answered or another live replica has claimed it. Claims of dead
   * replicas and of this replica's earlier process are taken over.
   *
   * @param claim the unique id of this claim
   */
  CompletionStage<Claim> claim(String key, String bodyHash, String claim);

  /** Returns the unexpired answer of a key. */
  CompletionStage<Optional<Answered>> find(String key);

  /**
   * Records an answer until it expires and releases the key; the first recorded answer of a key
   * stays.
   *
   * @param claim the id of the claim
   */
  CompletionStage<Void> record(String key, String claim, Answered answer, Duration keep);

  /** Releases a key without an answer; the next request runs. */
  CompletionStage<Void> release(String key, String claim);
}
