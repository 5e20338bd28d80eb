package io.gridfleet.lb.simulator;

import io.gridfleet.lb.simulator.NodeEvent.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The requests and events of a simulated node, recorded by the node itself. Thread-safe. */
public final class NodeHistory {
  /** A test reads some hundred events; a benchmark produces millions and reads only the counts. */
  private static final int MAX_EVENTS_KEPT = 20_000;

  private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
  private final Object lock = new Object();
  private final List<NodeEvent> events = new ArrayList<>();
  private final List<ReceivedCreation> creations = new ArrayList<>();
  private final Map<String, Integer> mostLive = new HashMap<>();

  NodeHistory() {}

  /** All events in order; past {@value #MAX_EVENTS_KEPT} only the counts grow. */
  public List<NodeEvent> events() {
    synchronized (lock) {
      return List.copyOf(events);
    }
  }

  public List<NodeEvent> events(Kind kind) {
    return events().stream().filter(event -> event.kind() == kind).toList();
  }

  public long count(Kind kind) {
    LongAdder count = counts.get(kind);
    return count == null ? 0 : count.sum();
  }

  /** Each {@code POST /session} in order of arrival, answered or not. */
  public List<ReceivedCreation> creations() {
    synchronized (lock) {
      return List.copyOf(creations);
    }
  }

  /** Method and path below the session of each command that this session got. */
  public List<String> commands(String sessionId) {
    return events(Kind.COMMAND).stream()
        .filter(event -> event.sessionId().equals(sessionId))
        .map(NodeEvent::detail)
        .toList();
  }

  /** How many sessions lived or started at once on this device, at the most. */
  public int mostLiveAtOnce(String udid) {
    synchronized (lock) {
      return mostLive.getOrDefault(udid, 0);
    }
  }

  void add(Kind kind, String sessionId, String udid, String detail) {
    counts.computeIfAbsent(kind, key -> new LongAdder()).increment();
    synchronized (lock) {
      if (events.size() < MAX_EVENTS_KEPT) {
        events.add(new NodeEvent(kind, sessionId, udid, detail, System.nanoTime()));
      }
    }
  }

  void received(ReceivedCreation creation) {
    synchronized (lock) {
      if (creations.size() < MAX_EVENTS_KEPT) {
        creations.add(creation);
      }
    }
  }

  void live(String udid, int sessions) {
    synchronized (lock) {
      mostLive.merge(udid, sessions, Math::max);
    }
  }
}
