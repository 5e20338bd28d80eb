package io.gridfleet.lb.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sessions of one simulated node and the places that its devices have for them. A place is held
 * from the moment a session starts. Any thread.
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
  boolean knows(String udid) {
    return places.isEmpty() || places.containsKey(udid);
  }

  /** Holds a place on the device; false when it is full. */
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

  /** Which life of the node this is; what began in an earlier one has no effect. */
  synchronized int life() {
    return life;
  }

  /** As a node's death leaves it; tells which sessions went. */
  synchronized List<SimulatedSession> clear() {
    List<SimulatedSession> gone = new ArrayList<>(live.values());
    life++;
    live.clear();
    held.clear();
    return gone;
  }
}
