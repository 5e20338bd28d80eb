package io.gridfleet.lb.session;

import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The closing chapter of every session, whatever the end reason: map, node, lock, run, in that
 * order. Any number of callers may say it; one of them ends the session, the others do nothing.
 */
public final class EndSession {
  private static final Logger log = LoggerFactory.getLogger(EndSession.class);

  private final SessionMap sessions;
  private final NodeSessions nodes;
  private final LockRelease locks;
  private final SessionListener listener;
  private final InstantSource clock;

  public EndSession(
      SessionMap sessions,
      NodeSessions nodes,
      LockRelease locks,
      SessionListener listener,
      InstantSource clock) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.locks = locks;
    this.listener = IsolatedListeners.of(SessionListener.class, listener);
    this.clock = clock;
  }

  /** Whether the node has to be told, or was the one who told us. */
  public enum NodeKnows {
    TELL_IT,
    ALREADY
  }

  /** How the end of a session went. */
  public enum Outcome {
    /** There was no such live session, or somebody else ended it. */
    NOT_LIVE,
    ENDED,
    /** It is over here; its node couldn't be told, and its device stays locked for the sweep. */
    LEFT_ON_NODE
  }

  /**
   * Ends a session.
   *
   * @return completes when its device is free again, or when its node couldn't be told and the
   *     device stays locked for the sweep: true for the caller that ended it
   */
  public CompletionStage<Boolean> end(SessionId id, EndReason reason, NodeKnows node) {
    return endKnowing(id, reason, node).thenApply(outcome -> outcome != Outcome.NOT_LIVE);
  }

  /** The same, for a caller who has to know how it went. */
  public CompletionStage<Outcome> endKnowing(SessionId id, EndReason reason, NodeKnows node) {
    return sessions.end(id, reason).thenCompose(ended -> close(ended, reason, node));
  }

  /** The node may hold it still: its lock stands as an ending one, and a sweep goes on asking. */
  private static CompletionStage<Void> leave(Session session) {
    log.warn(
        "session {} can't be deleted on node {} yet; device {} stays locked until it is",
        session.id(),
        session.node(),
        session.lock().device());
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Outcome> close(
      Optional<Session> ended, EndReason reason, NodeKnows node) {
    if (ended.isEmpty()) {
      return CompletableFuture.completedFuture(Outcome.NOT_LIVE);
    }
    Session session = ended.get();
    CompletionStage<Boolean> gone =
        node == NodeKnows.TELL_IT
            ? nodes.delete(session.node(), session.id())
            : CompletableFuture.completedFuture(true);
    return gone.thenCompose(
            done ->
                (done ? locks.release(session.lock()) : leave(session))
                    .thenApply(freed -> done ? Outcome.ENDED : Outcome.LEFT_ON_NODE))
        .thenApply(
            outcome -> {
              Duration lived = Duration.between(session.created(), clock.instant());
              listener.ended(session, reason, lived);
              return outcome;
            });
  }
}
