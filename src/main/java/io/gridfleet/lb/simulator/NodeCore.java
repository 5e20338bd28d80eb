package io.gridfleet.lb.simulator;

import java.time.Duration;
import java.time.Instant;

/** What the parts of one simulated node share: set-up, sessions, faults, history. */
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

  /** Where it listens, under {@code http} or {@code ws}, with the letter that TLS puts behind. */
  String address(String scheme) {
    return scheme + (secure ? "s" : "") + "://" + authority;
  }

  Instant now() {
    return config.timing().clock().instant();
  }

  Duration usualTime(NodeOperation operation) {
    return switch (operation) {
      case NEW_SESSION -> config.timing().creation();
      case COMMAND -> config.timing().command();
      default -> Duration.ZERO;
    };
  }

  /** The session's end, whoever wants it: its place is free, its sockets close. */
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

  /** The session's sockets don't end with it. */
  void forgetSockets(String id) {
    sessions.find(id).ifPresent(session -> session.sockets().clear());
  }

  /** The process is gone, and with it what it knew. */
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
