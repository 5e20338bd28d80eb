package io.gridfleet.lb.newsession;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A new session request in progress. All calls on the executor of the request. */
public interface PendingSession {

  /**
   * Returns the answer, which completes once, on the executor of the request; never exceptionally.
   */
  CompletionStage<NewSessionAnswer> answer();

  /** Returns the kind of progress that the client requested. */
  NewSessionOptions.Progress progress();

  /**
   * Returns the steps so far, each with {@code t} (seconds since arrival), {@code state} and {@code
   * message}.
   */
  List<Map<String, Object>> steps();

  /**
   * Ends a request whose client left before its answer was fully written. Its resources are given
   * back; its session is deleted, also if created later.
   */
  void clientLeft();
}
