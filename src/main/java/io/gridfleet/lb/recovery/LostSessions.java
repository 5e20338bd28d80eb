package io.gridfleet.lb.recovery;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions that a node lost while it was unreachable. They stay live until the node answers
 * again, because only the network may have failed. When a node answers after that, or for the first
 * time, its sessions are queried, and recorded ones that it doesn't have are ended after {@link
 * #PAUSE}, if they are still live then. Other sessions of the node stay: nodes may be shared.
 */
final class LostSessions implements NodeProbeListener {
  private static final Logger log = LoggerFactory.getLogger(LostSessions.class);

  /**
   * A session that is being deleted is gone on its node before its end is recorded with the reason,
   * by this replica or another one.
   */
  static final Duration PAUSE = Duration.ofSeconds(2);

  private final SessionMap sessions;
  private final NodeQuery nodes;
  private final EndSession endSession;
  private final ScheduledExecutorService timer;

  /** Queries which of these sessions a node doesn't have any more. */
  @FunctionalInterface
  interface NodeQuery {
    CompletionStage<Set<SessionId>> forgotten(NodeId node, Set<SessionId> sessions);
  }

  LostSessions(
      SessionMap sessions, NodeQuery nodes, EndSession endSession, ScheduledExecutorService timer) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.endSession = endSession;
    this.timer = timer;
  }

  @Override
  public void nodeUp(NodeId node) {
    sessions
        .live()
        .thenApply(
            all ->
                all.stream()
                    .map(SessionRecord::session)
                    .filter(session -> session.node().equals(node))
                    .map(Session::id)
                    .collect(Collectors.toUnmodifiableSet()))
        .thenCompose(own -> nodes.forgotten(node, own))
        .thenAccept(gone -> endLater(node, gone))
        .exceptionally(
            failure -> {
              log.warn("sessions of node {} could not be checked: {}", node, failure.toString());
              return null;
            });
  }

  private void endLater(NodeId node, Set<SessionId> gone) {
    if (!gone.isEmpty()) {
      Set<SessionId> ids = Set.copyOf(gone);
      Timers.after(timer, PAUSE, "the end of lost sessions of node " + node, () -> end(ids));
    }
  }

  private void end(Set<SessionId> ids) {
    ids.forEach(id -> endSession.end(id, EndReason.NODE_LOST, NodeKnows.ALREADY));
  }
}
