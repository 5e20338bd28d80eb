package io.gridfleet.lb.newsession;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.answer.Publisher;
import io.gridfleet.lb.newsession.attempt.Attempt;
import io.gridfleet.lb.newsession.attempt.Attempts;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the resources of a request: the lock on its device and the session on its node. Called
 * on the executor of the request; the request doesn't wait for cleanup that depends on a node.
 */
final class LockReturn {
  private static final Logger log = LoggerFactory.getLogger(LockReturn.class);

  private final Attempts attempts;
  private final Publisher publisher;
  private final Distributor distributor;
  private final EndSession endSession;
  private final NewSessionListener listener;

  LockReturn(
      Attempts attempts,
      Publisher publisher,
      Distributor distributor,
      EndSession endSession,
      NewSessionListener listener) {
    this.attempts = attempts;
    this.publisher = publisher;
    this.distributor = distributor;
    this.endSession = endSession;
    this.listener = listener;
  }

  /** Releases a device that was granted after the request had ended. */
  void release(NewSessionRequest request, Placement.Placed placed) {
    whenDone(distributor.release(placed.lock()), request, placed.device());
  }

  /** Releases a device whose attempt couldn't be started. */
  void releaseUntried(Placement.Placed placed) {
    Failures.log(attempts.release(placed.lock()), "the release of device " + placed.device());
  }

  /**
   * Gives back the device of a failed attempt; if the node may still create the session, only after
   * its answer and the deletion of the session.
   *
   * @return completes after the first try to release the lock in the store; at once if that depends
   *     on the node
   */
  CompletionStage<Void> giveBack(NewSessionRequest request, Attempt attempt) {
    if (!attempt.mayLeaveOne()) {
      return attempts.release(attempt.lock());
    }
    whenDone(attempts.cleanUpLate(attempt), request, attempt.device());
    return CompletableFuture.completedFuture(null);
  }

  /** Gives back the device of an attempt in any state. */
  void cleanUp(Attempt attempt) {
    Failures.log(attempts.cleanUpLate(attempt), "the clean-up of device " + attempt.device());
  }

  /** Deletes a session that couldn't be recorded, then gives its device back. */
  void discard(
      NewSessionRequest request,
      Attempt attempt,
      AttemptOutcome.Created created,
      Publisher.NotPublished result) {
    log.warn("session {} can't be recorded: {}", created.id(), result.cause());
    CompletionStage<Void> withdrawn =
        result
            .uncertain()
            .map(publisher::withdraw)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    whenDone(attempts.discard(attempt, created.id(), withdrawn), request, attempt.device());
  }

  /** Ends a recorded session whose client has left. */
  void endSession(NewSessionRequest request, Session session, Device device) {
    whenDone(
        endSession.end(session.id(), EndReason.CLIENT_GONE, NodeKnows.TELL_IT), request, device);
  }

  private void whenDone(CompletionStage<?> work, NewSessionRequest request, Device device) {
    Failures.log(
        work.thenRunAsync(() -> listener.cleanedUp(request, device), request.executor()),
        "giving back device " + device + " of request " + request.id());
  }
}
