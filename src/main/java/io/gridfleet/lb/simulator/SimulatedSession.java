package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A session on a simulated node: its capabilities, its small state, its sockets. Any thread. */
final class SimulatedSession {
  private final LiveSession identity;
  private final ObjectNode capabilities;
  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final Set<Channel> sockets = ConcurrentHashMap.newKeySet();
  private Duration commandTimeout;
  private Instant idleSince;
  private int running;

  SimulatedSession(LiveSession identity, ObjectNode capabilities, Duration commandTimeout) {
    this.identity = identity;
    this.capabilities = capabilities;
    this.commandTimeout = commandTimeout;
    this.idleSince = identity.createdAt();
  }

  LiveSession identity() {
    return identity;
  }

  ObjectNode capabilities() {
    return capabilities;
  }

  Set<Channel> sockets() {
    return sockets;
  }

  String text(String name) {
    return texts.getOrDefault(name, "");
  }

  void text(String name, String value) {
    texts.put(name, value);
  }

  /** The command time-out's clock stops while a command runs (Appium's base driver). */
  synchronized void commandStarts() {
    running++;
  }

  synchronized void commandEnds(Instant now) {
    running--;
    idleSince = now;
  }

  synchronized void commandTimeout(Duration timeout) {
    commandTimeout = timeout;
  }

  /** Zero means never. */
  synchronized boolean expired(Instant now) {
    return running == 0
        && !commandTimeout.isZero()
        && Duration.between(idleSince, now).compareTo(commandTimeout) > 0;
  }
}
