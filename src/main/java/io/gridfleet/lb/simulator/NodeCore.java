package io.gridfleet.lb.simulator;

import java.time.Duration;
import java.time.Instant;

/** The state that the parts of one simulated node share: set-up, sessions, faults, history. */
final class NodeCore {
  private final SimulatedNodeConfig config;
  private final NodeHistory history = new NodeHistory();
  private final FaultPlan faults = new FaultPlan();
  private final Replays replays = new Replays();
  private final SimulatedSessions sessions;
  private final boolean secure;
  private volatile String authority = "";

  NodeCore(SimulatedNodeConfig config, boolean secure) {
    this.config = config;
    this.secure = secure;
    this.sessions = new SimulatedSessions(config.devices(), history);
  }

  SimulatedNodeConfig config() {
    return config;
  }

  NodeHistory history() {
    return history;
  }

  FaultPlan faults() {
    return faults;
  }

  Replays replays() {
    return replays;
  }

  SimulatedSessions sessions() {
    return sessions;
  }

  /** {@code host:port}, known once the node listens. */
  String authority() {
    return authority;
  }

  void authority(String bound) {
    authority = bound;
  }

  /**
   * Its URL with the scheme {@code http} or {@code ws}, or {@code https} or {@code wss} with TLS.
   */
  String address(String scheme) {
    return scheme + (secure ? "s" : "") + "://" + authority;
  }

  Instant now() {
    return config.timing().clock().instant();
  }

  Duration usualTime(NodeOperation operation) {
    return switch (operation) {
      case NEW_SESSION -> config.timing().creation();
      default -> Duration.ZERO;
    };
  }

  /** Ends the session: frees its slot and closes its sockets. */
  boolean end(String id, NodeEvent.Kind kind) {
    return sessions
        .end(id)
        .map(
            session -> {
              history.add(kind, id, session.identity().udid(), "");
              session.sockets().forEach(socket -> BidiSocket.close(socket, 1000, "session ended"));
              return true;
            })
        .orElse(false);
  }

  /** Keeps the session's sockets open beyond its end. */
  void keepSockets(String id) {
    sessions.find(id).ifPresent(session -> session.sockets().clear());
  }

  /** Removes all sessions and kept answers, as the death of the process does. */
  void die() {
    sessions
        .clear()
        .forEach(
            gone ->
                history.add(NodeEvent.Kind.DIED, gone.identity().id(), gone.identity().udid(), ""));
    replays.clear();
  }

  void endExpired() {
    sessions.expired(now()).forEach(it -> end(it.identity().id(), NodeEvent.Kind.EXPIRED));
  }
}
