package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All seats of the lab and what their slots are taken for. Guarded by the distributor's lock. */
final class SlotTable {
  private final Map<DeviceId, DeviceState> states = new LinkedHashMap<>();
  private final List<@Nullable DeviceState> byIndex = new ArrayList<>();
  private final BitSet unusedIndexes = new BitSet();
  private final BitSet free = new BitSet();
  private final Map<NodeId, DeviceSlots.NodeSessions> nodes = new HashMap<>();
  private final TenantSessions tenants = new TenantSessions();

  /** Of devices with a seat and without one; those of which nothing is known aren't here. */
  private final Map<DeviceId, DeviceFacts> facts = new HashMap<>();

  /** Why nodes don't answer; those that do, or weren't asked yet, aren't here. */
  private final Map<NodeId, String> offline = new HashMap<>();

  Collection<DeviceState> states() {
    return states.values();
  }

  @Nullable DeviceState state(DeviceId device) {
    return states.get(device);
  }

  DeviceState at(int index) {
    return Objects.requireNonNull(byIndex.get(index));
  }

  DeviceState put(Device device) {
    DeviceSlots.NodeSessions node =
        nodes.computeIfAbsent(device.node().id(), id -> new DeviceSlots.NodeSessions());
    DeviceState known = states.get(device.id());
    if (known != null) {
      known.replace(device, node);
      known.offline(offline.get(device.node().id()));
      changed(known);
      return known;
    }
    int index = unusedIndexes.nextSetBit(0);
    if (index < 0) {
      index = byIndex.size();
      byIndex.add(null);
    }
    unusedIndexes.clear(index);
    DeviceState state = new DeviceState(index, device, node);
    byIndex.set(index, state);
    states.put(device.id(), state);
    state.offline(offline.get(device.node().id()));
    state.facts(facts.getOrDefault(device.id(), DeviceFacts.NONE));
    changed(state);
    return state;
  }

  /** Changes what is known of a device, whether it has a seat now or not. */
  void change(DeviceId device, UnaryOperator<DeviceFacts> change) {
    DeviceFacts now = change.apply(facts.getOrDefault(device, DeviceFacts.NONE));
    if (now.equals(DeviceFacts.NONE)) {
      facts.remove(device);
    } else {
      facts.put(device, now);
    }
    DeviceState state = states.get(device);
    if (state != null) {
      state.facts(now);
    }
  }

  /**
   * A node answers, or doesn't.
   *
   * @return its seats
   */
  List<DeviceState> nodeIs(NodeId node, @Nullable String cause) {
    if (cause == null) {
      offline.remove(node);
    } else {
      offline.put(node, cause);
    }
    List<DeviceState> all = seatsOf(node);
    all.forEach(state -> state.offline(cause));
    return all;
  }

  void remove(DeviceState state) {
    states.remove(state.device().id());
    byIndex.set(state.index(), null);
    unusedIndexes.set(state.index());
    free.clear(state.index());
  }

  /** To be called whenever a seat's slots changed. */
  void changed(DeviceState state) {
    free.set(state.index(), state.freeSlots() > 0);
  }

  boolean anyFree() {
    return !free.isEmpty();
  }

  /** The best free seat for an audience, those that are avoided last. */
  @Nullable DeviceState pick(QuestionQueue audience, Waiter waiter, Instant now) {
    PlacementRequest.Preference preference = waiter.placement().preference();
    PickStrategy.Pick good = preference.strategy().begin();
    PickStrategy.Pick avoided = preference.strategy().begin();
    DeviceState best = null;
    DeviceState bestAvoided = null;
    BitSet fitting = audience.fitting();
    for (int i = fitting.nextSetBit(0); i >= 0; i = fitting.nextSetBit(i + 1)) {
      DeviceState state = free.get(i) ? byIndex.get(i) : null;
      if (state == null || !state.admits(audience.question(), now) || !waiter.accepts(state)) {
        continue;
      }
      if (preference.avoidFailed() && state.avoided(now)) {
        bestAvoided = bestAvoided == null ? state : avoided.better(bestAvoided, state);
      } else {
        best = best == null ? state : good.better(best, state);
      }
    }
    return best != null ? best : bestAvoided;
  }

  void take(DeviceState state, String tenant) {
    state.slots().taking();
    changed(state);
    tenants.reserve(tenant);
  }

  void cancel(DeviceState state, String tenant) {
    state.slots().cancel();
    changed(state);
    tenants.cancel(tenant);
  }

  /** What the store says is held of a seat. */
  void heldAre(DeviceState state, List<HeldLock> locks) {
    state.slots().heldAre(locks);
    changed(state);
    tenants.heldAre(state.device().id(), state.slots().held());
  }

  TenantSessions tenants() {
    return tenants;
  }

  /**
   * What is counted of each device is what is held of it and asked for.
   *
   * @param asking requests whose locks are being asked for, and of which seats
   */
  void verify(Map<Waiter, DeviceState> asking) {
    Map<DeviceSlots.NodeSessions, Integer> sessions = new HashMap<>();
    for (DeviceState state : states.values()) {
      long asked = asking.values().stream().filter(state::equals).count();
      Invariant.holds(
          state.slots().pending() == asked,
          state.device().id() + " has other slots pending than are asked for");
      Invariant.holds(
          free.get(state.index()) == state.freeSlots() > 0,
          state.device().id() + " is free, or not, and isn't marked so");
      sessions.merge(state.nodeSessions(), state.slots().sessions(), Integer::sum);
    }
    sessions.forEach(
        (node, sum) -> Invariant.holds(node.count() == sum, "a node's sessions are miscounted"));
    tenants.verify(asking.keySet());
  }

  private List<DeviceState> seatsOf(NodeId node) {
    return states.values().stream()
        .filter(state -> state.device().node().id().equals(node))
        .toList();
  }
}
