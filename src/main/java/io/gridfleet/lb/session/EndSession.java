package io.gridfleet.lb.session;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions, for every end reason, in the order map, node, lock, run. Of concurrent callers one
 * ends the session, decided by the session map; the others do nothing. Threads: any; no lock.
 */
public final class EndSession {
  private static final Logger log = LoggerFactory.getLogger(EndSession.class);

  private final SessionMap sessions;
  private final NodeSessions nodes;
  private final LockRelease locks;
  private final SessionListener listener;
  private final InstantSource storeTime;

  public EndSession(
      SessionMap sessions,
      NodeSessions nodes,
      LockRelease locks,
      SessionListener listener,
      InstantSource storeTime) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.locks = locks;
    this.listener = IsolatedListeners.of(SessionListener.class, listener);
    this.storeTime = storeTime;
  }

  /** Frees the slot of a session that was deleted on its node, for the next request. */
  @FunctionalInterface
  public interface LockRelease {
    CompletionStage<Void> release(DeviceLock lock);

    /** Offers a slot that the session map has freed with the session to the next request. */
    default void freed(DeviceLock lock) {
      Failures.log(release(lock), "the release of device " + lock.device());
    }
  }

  /** Whether the session must be deleted on its node. */
  public enum NodeKnows {
    TELL_IT,
    ALREADY
  }

  /** The result of ending a session. */
  public enum Outcome {
    /** There was no such live session, or another caller ended it. */
    NOT_LIVE,
    ENDED,
    /** It has ended, but couldn't be deleted on its node; its device stays locked for the sweep. */
    LEFT_ON_NODE
  }

  /**
   * Ends a session.
   *
   * @return true for the caller that ended it. Completes when the device is free, or stays locked
   *     for the sweep because the node couldn't delete the session
   */
  public CompletionStage<Boolean> end(SessionId id, EndReason reason, NodeKnows node) {
    return endKnowing(id, EndCause.of(reason), node)
        .thenApply(outcome -> outcome != Outcome.NOT_LIVE);
  }

  /** Ends a session and returns the detailed outcome. */
  public CompletionStage<Outcome> endKnowing(SessionId id, EndCause cause, NodeKnows node) {
    CompletionStage<Outcome> ending =
        node == NodeKnows.ALREADY
            ? sessions.endAndFree(id, cause).thenApply(ended -> freed(ended, cause))
            : sessions.end(id, cause).thenCompose(ended -> close(ended, cause));
    return ending.whenComplete(
        (outcome, failure) -> {
          if (failure != null) {
            log.warn("session {} can't be ended yet: {}", id, failure.toString());
          }
        });
  }

  /**
   * Keeps the lock of kind {@code ENDING}, because the node may still hold the session; a sweep
   * retries.
   */
  private static CompletionStage<Void> keepLocked(Session session) {
    log.warn(
        "session {} can't be deleted on node {} yet; device {} stays locked until it is",
        session.id(),
        session.node(),
        session.lock().device());
    return CompletableFuture.completedFuture(null);
  }

  /** A failure counts as a node that doesn't answer. */
  private CompletionStage<Boolean> deleted(Session session) {
    CompletionStage<Boolean> answer;
    try {
      answer = nodes.delete(session.node(), session.id());
    } catch (RuntimeException mistake) {
      answer = CompletableFuture.failedFuture(mistake);
    }
    return answer.exceptionally(
        failure -> {
          Failures.log(log, failure, "deleting session " + session.id());
          return false;
        });
  }

  private Outcome freed(Optional<Session> ended, EndCause cause) {
    if (ended.isEmpty()) {
      return Outcome.NOT_LIVE;
    }
    locks.freed(ended.get().lock());
    report(ended.get(), cause);
    return Outcome.ENDED;
  }

  private CompletionStage<Outcome> close(Optional<Session> ended, EndCause cause) {
    if (ended.isEmpty()) {
      return CompletableFuture.completedFuture(Outcome.NOT_LIVE);
    }
    Session session = ended.get();
    return deleted(session)
        .thenCompose(
            done ->
                (done ? locks.release(session.lock()) : keepLocked(session))
                    .thenApply(freed -> done ? Outcome.ENDED : Outcome.LEFT_ON_NODE))
        .thenApply(
            outcome -> {
              report(session, cause);
              return outcome;
            });
  }

  private void report(Session session, EndCause cause) {
    listener.ended(session, cause, session.livedUntil(storeTime.instant()));
  }
}
