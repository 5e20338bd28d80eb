package io.gridfleet.lb.newsession.attempt;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.newsession.AttemptCalls;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.capabilities.OutgoingCapabilities;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts attempts, and ensures that each of their locks ends in one of three ways: handed over to
 * the session, released to the distributor, or, if a node may have a session that can't be deleted,
 * left to its expiry and the sweep that retries the deletion. Any thread.
 */
public final class Attempts {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  /** The collaborators of attempts. */
  public record Parts(
      AttemptCalls calls,
      NodeSessions nodes,
      FailureTable failures,
      Distributor distributor,
      LockKeeper keeper) {}

  private final Parts parts;
  private final ScheduledExecutorService timer;
  private final AtomicInteger unsettled = new AtomicInteger();

  public Attempts(Parts parts, ScheduledExecutorService timer) {
    this.parts = parts;
    this.timer = timer;
  }

  /** Begins an attempt; the caller must release or hand over its lock later. */
  public Attempt start(
      NewSessionRequest request, NewSessionOptions options, Placement.Placed placed, Instant now) {
    unsettled.incrementAndGet();
    parts.keeper().keep(placed.lock());
    byte[] body =
        OutgoingCapabilities.body(
            request.payload(), fitting(request, options, placed), placed.device());
    Attempt attempt =
        new Attempt(placed, now, parts.failures(), () -> parts.keeper().surelyHolds(placed.lock()));
    AttemptCalls calls = request.nodes().orElse(parts.calls());
    attempt.start(calls, body, options.times().attempt(), request.executor(), timer);
    return attempt;
  }

  /** Returns all candidates that the device fits, in order. */
  private static List<Capabilities> fitting(
      NewSessionRequest request, NewSessionOptions options, Placement.Placed placed) {
    List<Capabilities> candidates = request.payload().candidates();
    List<Question> questions = options.questions();
    return IntStream.range(0, candidates.size())
        .filter(i -> i == placed.candidate() || questions.get(i).fits(placed.device()))
        .mapToObj(candidates::get)
        .toList();
  }

  /**
   * Returns the number of attempts whose session isn't recorded and whose device isn't released
   * yet.
   */
  public int unsettled() {
    return unsettled.get();
  }

  /** Releases the device of an attempt without a session on its node. */
  public CompletionStage<Void> release(DeviceLock lock) {
    return parts.distributor().release(lock).whenComplete((done, failure) -> settled());
  }

  private void settled() {
    unsettled.decrementAndGet();
  }

  /**
   * Waits for the node's answer, deletes the created session, then releases the device. If the node
   * never answers, queries it for a session by the attempt's key.
   */
  public CompletionStage<Void> cleanUpLate(Attempt attempt) {
    return attempt
        .late()
        .thenCompose(outcome -> discard(attempt, outcome))
        .exceptionally(failure -> mayBeLeft(attempt, failure))
        .thenCompose(gone -> releaseOrLeave(gone, attempt.lock()));
  }

  /** A lock that is kept after a failure would be renewed until the process ends. */
  private static boolean mayBeLeft(Attempt attempt, Throwable failure) {
    Failures.log(log, failure, "the clean-up of device " + attempt.device().id());
    return false;
  }

  /**
   * Releases the lock; if the node may still have a session, leaves it to its expiry and the sweep.
   */
  private CompletionStage<Void> releaseOrLeave(boolean gone, DeviceLock lock) {
    if (gone) {
      return release(lock);
    }
    handOver(lock);
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Boolean> discard(Attempt attempt, AttemptOutcome late) {
    Device device = attempt.device();
    if (late instanceof AttemptOutcome.Created created) {
      return deleted(device, created.id());
    }
    if (late instanceof AttemptOutcome.DeviceFailed failed && failed.unusableId().isPresent()) {
      return parts.nodes().deleteUnusable(device.node().id(), failed.unusableId().get());
    }
    boolean mayHaveLeftOne =
        late instanceof AttemptOutcome.DeviceFailed failed && failed.answer().isEmpty();
    return mayHaveLeftOne
        ? parts
            .nodes()
            .deleteLeftOver(device.node().id(), attempt.key())
            .thenApply(left -> left == LeftoverSession.NONE)
        : CompletableFuture.completedFuture(true);
  }

  /**
   * Deletes a session that wasn't recorded, then releases its device.
   *
   * @param withdrawn completes when the store has nothing of it but the lock
   */
  public CompletionStage<Void> discard(
      Attempt attempt, SessionId session, CompletionStage<Void> withdrawn) {
    return deleted(attempt.device(), session)
        .thenCombine(withdrawn, (gone, done) -> gone)
        .exceptionally(failure -> mayBeLeft(attempt, failure))
        .thenCompose(gone -> releaseOrLeave(gone, attempt.lock()));
  }

  private CompletionStage<Boolean> deleted(Device device, SessionId session) {
    try {
      return parts.nodes().delete(device.node().id(), session);
    } catch (RuntimeException mistake) {
      return CompletableFuture.failedFuture(mistake);
    }
  }

  /** Ends the attempt's ownership of a lock: it belongs to the session, or expires. */
  public void handOver(DeviceLock lock) {
    parts.keeper().stopRenewing(lock);
    settled();
  }
}
