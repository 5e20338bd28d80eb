package io.gridfleet.lb.newsession;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A new session request whose story is being told. All calls on the executor of the request. */
public interface PendingSession {

  /** Completes once, on the executor of the request; never exceptionally. */
  CompletionStage<NewSessionAnswer> answer();

  /** What signs of life the client wants. */
  NewSessionOptions.Progress progress();

  /**
   * The story so far: each step with {@code t} (seconds since arrival), {@code state} and {@code
   * message}.
   */
  List<Map<String, Object>> steps();

  /**
   * The client left before its answer was written to the end. Whatever was taken for it is given
   * back; a session that exists, or comes up later, is deleted.
   */
  void clientLeft();
}
