package io.gridfleet.lb.waiting;

import io.gridfleet.lb.async.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Removes requests from the queues of other replicas: notes the removal in the store, which signals
 * it, and waits for the answer of the request's replica. A replica that misses the signal finds the
 * note later.
 *
 * <p>Thread-safe. Invariant: a removal is in {@code asked} until its stage has completed.
 */
public final class RemoteRemovals {
  /** Signals take some milliseconds. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SharedQueue store;
  private final ScheduledExecutorService timer;
  private final Map<String, CompletableFuture<Outcome>> asked = new ConcurrentHashMap<>();

  /** What became of the removal. */
  public enum Outcome {
    REMOVED,
    NOT_WAITING,
    /** Its replica hasn't answered yet. */
    REQUESTED
  }

  public RemoteRemovals(SharedQueue store, ScheduledExecutorService timer) {
    this.store = store;
    this.timer = timer;
  }

  /** Removes a request that waits on another replica; fails while the store can't be reached. */
  public CompletionStage<Outcome> remove(String request, String why) {
    CompletableFuture<Outcome> answer =
        asked.computeIfAbsent(request, each -> new CompletableFuture<>());
    return store
        .askRemoval(request, why)
        .thenCompose(found -> found ? noted(request, answer) : notWaiting())
        .whenComplete((outcome, failure) -> asked.remove(request, answer));
  }

  private CompletionStage<Outcome> noted(String request, CompletableFuture<Outcome> answer) {
    Timers.after(
        timer,
        PATIENCE,
        "the removal of request " + request,
        () -> answer.complete(Outcome.REQUESTED));
    return answer;
  }

  private static CompletionStage<Outcome> notWaiting() {
    return CompletableFuture.completedStage(Outcome.NOT_WAITING);
  }

  /** The replica of a request has answered. */
  public void answered(String request, boolean removed) {
    CompletableFuture<Outcome> answer = asked.get(request);
    if (answer != null) {
      answer.complete(removed ? Outcome.REMOVED : Outcome.NOT_WAITING);
    }
  }
}
