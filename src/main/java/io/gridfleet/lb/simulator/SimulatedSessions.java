package io.gridfleet.lb.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sessions of one simulated node and the slots of its devices. A slot is held from the start of
 * a session's creation. Any thread.
 */
final class SimulatedSessions {
  private final Map<String, Integer> places;
  private final NodeHistory history;
  private final Map<String, SimulatedSession> live = new LinkedHashMap<>();
  private final Map<String, Integer> held = new HashMap<>();
  private int life;

  SimulatedSessions(Map<String, Integer> places, NodeHistory history) {
    this.places = places;
    this.history = history;
  }

  /** Whether this node has that device; a node without a list has them all. */
  boolean hasDevice(String udid) {
    return places.isEmpty() || places.containsKey(udid);
  }

  /** Takes a slot of the device; false when all are in use. */
  synchronized boolean start(String udid) {
    int wanted = held.getOrDefault(udid, 0) + 1;
    int most = places.getOrDefault(udid, udid.isEmpty() ? Integer.MAX_VALUE : 1);
    if (wanted > most) {
      return false;
    }
    held.put(udid, wanted);
    history.live(udid, wanted);
    return true;
  }

  synchronized void giveUp(String udid) {
    held.merge(udid, -1, Integer::sum);
  }

  synchronized void add(SimulatedSession session) {
    live.put(session.identity().id(), session);
  }

  synchronized Optional<SimulatedSession> find(String id) {
    return Optional.ofNullable(live.get(id));
  }

  synchronized Optional<SimulatedSession> end(String id) {
    SimulatedSession session = live.remove(id);
    if (session != null) {
      giveUp(session.identity().udid());
    }
    return Optional.ofNullable(session);
  }

  synchronized List<SimulatedSession> all() {
    return new ArrayList<>(live.values());
  }

  synchronized List<SimulatedSession> expired(Instant now) {
    return live.values().stream().filter(session -> session.expired(now)).toList();
  }

  /** The number of restarts of the node; what began before the last one has no effect. */
  synchronized int life() {
    return life;
  }

  /** Removes all sessions, as at a node's death, and returns them. */
  synchronized List<SimulatedSession> clear() {
    List<SimulatedSession> gone = new ArrayList<>(live.values());
    life++;
    live.clear();
    held.clear();
    return gone;
  }
}
