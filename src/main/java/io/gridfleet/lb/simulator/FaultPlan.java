package io.gridfleet.lb.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The faults of a simulated node: for the node or for one of its devices, for the next requests or
 * for all until cleared. A device's faults have precedence over the node's, those for the next
 * requests over permanent ones. Any thread.
 */
public final class FaultPlan {
  private final Object lock = new Object();
  private final Plan node = new Plan();
  private final Map<String, Plan> devices = new HashMap<>();

  FaultPlan() {}

  /** The next {@code times} requests of this kind, whatever the device. */
  public void next(int times, NodeOperation operation, Fault fault) {
    synchronized (lock) {
      node.next(times, operation, fault);
    }
  }

  /** Every request of this kind until {@link #clear()}. */
  public void standing(NodeOperation operation, Fault fault) {
    synchronized (lock) {
      node.standing.put(operation, fault);
    }
  }

  /** The next {@code times} requests of this kind for this device. */
  public void nextOn(String udid, int times, NodeOperation operation, Fault fault) {
    synchronized (lock) {
      devices.computeIfAbsent(udid, key -> new Plan()).next(times, operation, fault);
    }
  }

  /** Removes all faults. */
  public void clear() {
    synchronized (lock) {
      node.clear();
      devices.clear();
    }
  }

  Optional<Fault> take(NodeOperation operation, String udid) {
    synchronized (lock) {
      Plan device = devices.getOrDefault(udid, Plan.NONE);
      return device
          .takeNext(operation)
          .or(() -> node.takeNext(operation))
          .or(() -> device.standing(operation))
          .or(() -> node.standing(operation));
    }
  }

  private static final class Plan {
    /** Always empty. */
    static final Plan NONE = new Plan();

    final Map<NodeOperation, Deque<Fault>> next = new EnumMap<>(NodeOperation.class);
    final Map<NodeOperation, Fault> standing = new EnumMap<>(NodeOperation.class);

    void next(int times, NodeOperation operation, Fault fault) {
      Deque<Fault> waiting = next.computeIfAbsent(operation, key -> new ArrayDeque<>());
      for (int i = 0; i < times; i++) {
        waiting.add(fault);
      }
    }

    Optional<Fault> takeNext(NodeOperation operation) {
      Deque<Fault> waiting = next.get(operation);
      return waiting == null ? Optional.empty() : Optional.ofNullable(waiting.poll());
    }

    Optional<Fault> standing(NodeOperation operation) {
      return Optional.ofNullable(standing.get(operation));
    }

    void clear() {
      next.clear();
      standing.clear();
    }
  }
}
