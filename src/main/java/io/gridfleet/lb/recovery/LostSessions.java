package io.gridfleet.lb.recovery;

import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions that a node lost while it was unreachable. They stay live until the node answers
 * again, because only the network may have failed. When a node answers after that, or for the first
 * time, its sessions are queried, and recorded ones that it doesn't have are ended. Other sessions
 * of the node stay: nodes may be shared.
 */
final class LostSessions implements NodeProbeListener {
  private static final Logger log = LoggerFactory.getLogger(LostSessions.class);

  private final SessionMap sessions;
  private final NodeSessionCalls nodes;
  private final EndSession endSession;

  LostSessions(SessionMap sessions, NodeSessionCalls nodes, EndSession endSession) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.endSession = endSession;
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
        .thenAccept(this::end)
        .exceptionally(
            failure -> {
              log.warn("sessions of node {} could not be checked: {}", node, failure.toString());
              return null;
            });
  }

  private void end(Collection<SessionId> gone) {
    Set.copyOf(gone).forEach(id -> endSession.end(id, EndReason.NODE_LOST, NodeKnows.ALREADY));
  }
}
