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
 * Sessions whose node went away and came back without them. While the node is away they stand: it
 * may have been the network. When it answers again, also for the first time, it is asked which of
 * them it knows, and the others end. What it has beside them is left alone: nodes may be shared.
 */
public final class LostSessions implements NodeProbeListener {
  private static final Logger log = LoggerFactory.getLogger(LostSessions.class);

  private final SessionMap sessions;
  private final NodeSessionCalls nodes;
  private final EndSession endSession;

  public LostSessions(SessionMap sessions, NodeSessionCalls nodes, EndSession endSession) {
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
              log.warn("node {} can't be asked for its sessions: {}", node, failure.toString());
              return null;
            });
  }

  private void end(Collection<SessionId> gone) {
    Set.copyOf(gone).forEach(id -> endSession.end(id, EndReason.NODE_LOST, NodeKnows.ALREADY));
  }
}
