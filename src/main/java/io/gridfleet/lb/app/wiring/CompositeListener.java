package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls several listeners in order. They are added while the server is built. */
final class CompositeListener {
  private static final Logger log = LoggerFactory.getLogger(CompositeListener.class);

  private CompositeListener() {}

  /** For events that are final: every listener must be called. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException mistake) {
      log.error("a listener failed", mistake);
    }
  }

  /** Several of one type, isolated from each other. */
  static final class Of<T> {
    private final List<T> all = new CopyOnWriteArrayList<>();
    private final T composite;

    Of(Class<T> type) {
      composite = IsolatedListeners.of(type, all);
    }

    void add(T listener) {
      all.add(listener);
    }

    /** Returns a listener that calls all of them, including those added later. */
    T composite() {
      return composite;
    }
  }

  /** The listener that counts, and the one that handles sessions that ended during an outage. */
  record OfStore(StoreListener counting, BiConsumer<Session, EndCause> endedMeanwhile)
      implements StoreListener {
    @Override
    public void statementDone(String statement, Duration took, boolean failed) {
      counting.statementDone(statement, took, failed);
    }

    @Override
    public void groupCommitted(int operations) {
      counting.groupCommitted(operations);
    }

    @Override
    public void statementRefused(String statement) {
      counting.statementRefused(statement);
    }

    @Override
    public void storeDown(String trouble) {
      counting.storeDown(trouble);
    }

    @Override
    public void storeUp(Duration downFor) {
      counting.storeUp(downFor);
    }

    @Override
    public void deferredWriteDropped() {
      counting.deferredWriteDropped();
    }

    @Override
    public void deferredEndWritten(Session session, EndCause cause) {
      counting.deferredEndWritten(session, cause);
      endedMeanwhile.accept(session, cause);
    }
  }

  /** Calls two listeners of probes, in order. */
  record OfProbes(NodeProbeListener first, NodeProbeListener second) implements NodeProbeListener {
    @Override
    public void nodeUp(NodeId node) {
      guarded(() -> first.nodeUp(node));
      guarded(() -> second.nodeUp(node));
    }

    @Override
    public void browsersReported(NodeId node, Map<String, String> versions) {
      first.browsersReported(node, versions);
      second.browsersReported(node, versions);
    }

    @Override
    public void nodeDown(NodeId node, String cause) {
      guarded(() -> first.nodeDown(node, cause));
      guarded(() -> second.nodeDown(node, cause));
    }
  }

  /** Calls two listeners of the relay: the one that tracks sessions, and the one that counts. */
  record OfRelay(RelayListener sessions, RelayListener counting) implements RelayListener {
    @Override
    public void commandStarted(SessionId id) {
      sessions.commandStarted(id);
      counting.commandStarted(id);
    }

    @Override
    public void commandEnded(SessionId id, CommandReport report) {
      sessions.commandEnded(id, report);
      counting.commandEnded(id, report);
    }

    @Override
    public void sessionUnknownToNode(SessionId id) {
      sessions.sessionUnknownToNode(id);
      counting.sessionUnknownToNode(id);
    }

    @Override
    public void sessionEndedOnSocket(SessionId id) {
      sessions.sessionEndedOnSocket(id);
      counting.sessionEndedOnSocket(id);
    }

    @Override
    public void tunnelOpened(SessionId id) {
      sessions.tunnelOpened(id);
      counting.tunnelOpened(id);
    }

    @Override
    public void socketTraffic(SessionId id) {
      sessions.socketTraffic(id);
      counting.socketTraffic(id);
    }

    @Override
    public void tunnelClosed(SessionId id, long bytesToNode, long bytesToClient) {
      sessions.tunnelClosed(id, bytesToNode, bytesToClient);
      counting.tunnelClosed(id, bytesToNode, bytesToClient);
    }
  }
}
