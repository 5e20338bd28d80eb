package io.gridfleet.lb.app;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.SessionWish;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.webdriver.SessionId;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells several listeners, in order. They are added while the server is put together. */
final class Listeners {
  private static final Logger log = LoggerFactory.getLogger(Listeners.class);

  private Listeners() {}

  /** For facts that nobody can refuse any more: all have to hear of them. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException mistake) {
      log.error("a listener failed", mistake);
    }
  }

  /** Those of the story. */
  static final class OfStories implements NewSessionListener {
    private final List<NewSessionListener> all = new CopyOnWriteArrayList<>();

    void add(NewSessionListener listener) {
      all.add(listener);
    }

    @Override
    public void admitted(NewSessionRequest request, SessionWish wish) {
      all.forEach(listener -> listener.admitted(request, wish));
    }

    @Override
    public void queued(NewSessionRequest request) {
      all.forEach(listener -> listener.queued(request));
    }

    @Override
    public void placed(NewSessionRequest request, Device device, Duration waited) {
      all.forEach(listener -> listener.placed(request, device, waited));
    }

    @Override
    public void attempted(NewSessionRequest request, Device device) {
      all.forEach(listener -> listener.attempted(request, device));
    }

    @Override
    public void attemptEnded(
        NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
      all.forEach(listener -> listener.attemptEnded(request, device, outcome, took));
    }

    @Override
    public void avoided(NewSessionRequest request, Device device, String cause) {
      all.forEach(listener -> listener.avoided(request, device, cause));
    }

    @Override
    public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
      all.forEach(listener -> listener.avoidanceChanged(device, now));
    }

    @Override
    public void published(NewSessionRequest request, Session session) {
      all.forEach(listener -> listener.published(request, session));
    }

    @Override
    public void created(NewSessionRequest request, Session session, Duration took) {
      all.forEach(listener -> listener.created(request, session, took));
    }

    @Override
    public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
      all.forEach(listener -> listener.refused(request, error, took));
    }

    @Override
    public void clientLeft(NewSessionRequest request, Phase phase) {
      all.forEach(listener -> listener.clientLeft(request, phase));
    }

    @Override
    public void cleanedUp(NewSessionRequest request, Device device) {
      all.forEach(listener -> listener.cleanedUp(request, device));
    }
  }

  /** Those of sessions. */
  static final class OfSessions implements SessionListener {
    private final List<SessionListener> all = new CopyOnWriteArrayList<>();

    void add(SessionListener listener) {
      all.add(listener);
    }

    @Override
    public void published(Session session) {
      all.forEach(listener -> guarded(() -> listener.published(session)));
    }

    @Override
    public void ended(Session session, EndReason reason, Duration lived) {
      all.forEach(listener -> guarded(() -> listener.ended(session, reason, lived)));
    }
  }

  /** The one that counts, and what is done about sessions that ended during an outage. */
  record OfStore(StoreListener counting, BiConsumer<Session, EndReason> endedMeanwhile)
      implements StoreListener {
    @Override
    public void statementDone(String statement, Duration took, boolean failed) {
      counting.statementDone(statement, took, failed);
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
    public void owedEndWritten(Session session, EndReason reason) {
      counting.owedEndWritten(session, reason);
      endedMeanwhile.accept(session, reason);
    }
  }

  /** Two of the probes, in order. */
  record OfProbes(NodeProbeListener first, NodeProbeListener second) implements NodeProbeListener {
    @Override
    public void nodeUp(NodeId node) {
      guarded(() -> first.nodeUp(node));
      guarded(() -> second.nodeUp(node));
    }

    @Override
    public void browsersTold(NodeId node, Map<String, String> versions) {
      first.browsersTold(node, versions);
      second.browsersTold(node, versions);
    }

    @Override
    public void nodeDown(NodeId node, String cause) {
      guarded(() -> first.nodeDown(node, cause));
      guarded(() -> second.nodeDown(node, cause));
    }
  }

  /** Two of the relay: the one that knows sessions, and the one that counts. */
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
