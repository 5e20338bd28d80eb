package io.gridfleet.lb.newsession.attempt;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.AttemptCalls;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.newsession.failure.TransportFailure;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.node.NodeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to create a session on one device.
 *
 * <p>After the time-out or when the client leaves, {@link #outcome} completes, but the node may
 * still create the session: the connection stays open for {@link #LATE}, and the answer completes
 * {@link #late}. All state is confined to the executor of the request.
 */
public final class Attempt {
  /**
   * How long a late answer is awaited; a session created after that is found by the attempt's key.
   */
  private static final Duration LATE = Duration.ofSeconds(30);

  private final Placement.Placed placed;
  private final Instant begun;
  private final FailureTable failures;
  private final BooleanSupplier lockStands;
  private final CompletableFuture<AttemptOutcome> outcome = new CompletableFuture<>();
  private final CompletableFuture<AttemptOutcome> late = new CompletableFuture<>();
  private @Nullable Future<?> alarm;

  /** Whether the node may have seen the request. */
  private boolean asked = true;

  /**
   * @param lockStands whether the lock is certainly still valid; checked before the request is sent
   *     to the node
   */
  Attempt(
      Placement.Placed placed, Instant begun, FailureTable failures, BooleanSupplier lockStands) {
    this.placed = placed;
    this.begun = begun;
    this.failures = failures;
    this.lockStands = lockStands;
  }

  public Placement.Placed placed() {
    return placed;
  }

  public Device device() {
    return placed.device();
  }

  public DeviceLock lock() {
    return placed.lock();
  }

  /** Returns when the attempt began. */
  public Instant begun() {
    return begun;
  }

  /**
   * Returns the attempt's own idempotency key; not the client's, for which a node would replay a
   * failure.
   */
  String key() {
    return placed.lock().holder();
  }

  /** Returns the outcome for the request. */
  public CompletionStage<AttemptOutcome> outcome() {
    return outcome;
  }

  /**
   * Returns the node's final answer; complete before {@link #outcome} unless that timed out or was
   * abandoned.
   */
  CompletionStage<AttemptOutcome> late() {
    return late;
  }

  void start(
      AttemptCalls nodes,
      byte[] body,
      Duration limit,
      Executor executor,
      ScheduledExecutorService timer) {
    alarm =
        timer.schedule(
            () -> executor.execute(() -> outcome.complete(timedOut(limit))),
            limit.toNanos(),
            TimeUnit.NANOSECONDS);
    NodeRequest request = NodeRequest.create(body, key(), limit.plus(LATE)).onlyIf(lockStands);
    nodes.send(device().node(), request, executor).whenCompleteAsync(this::answered, executor);
  }

  private AttemptOutcome timedOut(Duration limit) {
    return failures.classifyTransport(
        TransportFailure.TIMED_OUT,
        "node " + device().node().id() + " did not answer in " + limit.toSeconds() + " s");
  }

  private void answered(@Nullable NodeAnswer answer, @Nullable Throwable failure) {
    AttemptOutcome said =
        answer != null ? failures.classify(answer.status(), answer.body()) : broken(failure);
    if (alarm != null) {
      alarm.cancel(false);
    }
    late.complete(said);
    outcome.complete(said);
  }

  private AttemptOutcome broken(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : Failures.cause(failure);
    if (cause instanceof NodeFailure notSent && notSent.kind() == NodeFailure.Kind.WITHDRAWN) {
      return new AttemptOutcome.LockLost();
    }
    if (cause instanceof NodeFailure known) {
      asked =
          known.kind() != NodeFailure.Kind.REFUSED && known.kind() != NodeFailure.Kind.UNREACHABLE;
      return failures.classifyTransport(
          TransportFailure.valueOf(known.kind().name()), String.valueOf(known.getMessage()));
    }
    return failures.classifyTransport(TransportFailure.UNREACHABLE, String.valueOf(cause));
  }

  /** Stops waiting because the client left. */
  public void abandon() {
    outcome.complete(new AttemptOutcome.ClientGone());
  }

  /**
   * Returns whether the node may have an unreported session: it hasn't answered yet, failed after
   * the request was sent, or created one whose id can't be used.
   */
  public boolean mayLeaveOne() {
    return !late.isDone()
        || (asked
            && late.join() instanceof AttemptOutcome.DeviceFailed failed
            && (failed.answer().isEmpty() || failed.unusableId().isPresent()));
  }
}
