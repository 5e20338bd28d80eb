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
final class Fleet {
  private final Map<DeviceId, Seat> seats = new LinkedHashMap<>();
  private final List<@Nullable Seat> byIndex = new ArrayList<>();
  private final BitSet unusedIndexes = new BitSet();
  private final BitSet free = new BitSet();
  private final Map<NodeId, DeviceSlots.NodeSessions> nodes = new HashMap<>();
  private final TenantSessions tenants = new TenantSessions();

  /** Of devices with a seat and without one; those of which nothing is known aren't here. */
  private final Map<DeviceId, DeviceFacts> facts = new HashMap<>();

  /** Why nodes don't answer; those that do, or weren't asked yet, aren't here. */
  private final Map<NodeId, String> offline = new HashMap<>();

  Collection<Seat> seats() {
    return seats.values();
  }

  @Nullable Seat seat(DeviceId device) {
    return seats.get(device);
  }

  Seat at(int index) {
    return Objects.requireNonNull(byIndex.get(index));
  }

  Seat put(Device device) {
    DeviceSlots.NodeSessions node =
        nodes.computeIfAbsent(device.node().id(), id -> new DeviceSlots.NodeSessions());
    Seat known = seats.get(device.id());
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
    Seat seat = new Seat(index, device, node);
    byIndex.set(index, seat);
    seats.put(device.id(), seat);
    seat.offline(offline.get(device.node().id()));
    seat.facts(facts.getOrDefault(device.id(), DeviceFacts.NONE));
    changed(seat);
    return seat;
  }

  /** Changes what is known of a device, whether it has a seat now or not. */
  void change(DeviceId device, UnaryOperator<DeviceFacts> change) {
    DeviceFacts now = change.apply(facts.getOrDefault(device, DeviceFacts.NONE));
    if (now.equals(DeviceFacts.NONE)) {
      facts.remove(device);
    } else {
      facts.put(device, now);
    }
    Seat seat = seats.get(device);
    if (seat != null) {
      seat.facts(now);
    }
  }

  /**
   * A node answers, or doesn't.
   *
   * @return its seats
   */
  List<Seat> nodeIs(NodeId node, @Nullable String cause) {
    if (cause == null) {
      offline.remove(node);
    } else {
      offline.put(node, cause);
    }
    List<Seat> all = seatsOf(node);
    all.forEach(seat -> seat.offline(cause));
    return all;
  }

  void remove(Seat seat) {
    seats.remove(seat.device().id());
    byIndex.set(seat.index(), null);
    unusedIndexes.set(seat.index());
    free.clear(seat.index());
  }

  /** To be called whenever a seat's slots changed. */
  void changed(Seat seat) {
    free.set(seat.index(), seat.freeSlots() > 0);
  }

  boolean anyFree() {
    return !free.isEmpty();
  }

  /** The best free seat for an audience, those that are avoided last. */
  @Nullable Seat pick(Audience audience, Waiter waiter, Instant now) {
    Order.Preference preference = waiter.order().preference();
    PickStrategy.Pick good = preference.strategy().begin();
    PickStrategy.Pick avoided = preference.strategy().begin();
    Seat best = null;
    Seat bestAvoided = null;
    BitSet fitting = audience.fitting();
    for (int i = fitting.nextSetBit(0); i >= 0; i = fitting.nextSetBit(i + 1)) {
      Seat seat = free.get(i) ? byIndex.get(i) : null;
      if (seat == null || !seat.admits(audience.question(), now) || !waiter.accepts(seat)) {
        continue;
      }
      if (preference.avoidFailed() && seat.avoided(now)) {
        bestAvoided = bestAvoided == null ? seat : avoided.better(bestAvoided, seat);
      } else {
        best = best == null ? seat : good.better(best, seat);
      }
    }
    return best != null ? best : bestAvoided;
  }

  void take(Seat seat, String tenant) {
    seat.slots().taking();
    changed(seat);
    tenants.asks(tenant);
  }

  void notTaken(Seat seat, String tenant) {
    seat.slots().notTaken();
    changed(seat);
    tenants.notTaken(tenant);
  }

  /** What the store says is held of a seat. */
  void heldAre(Seat seat, List<HeldLock> locks) {
    seat.slots().heldAre(locks);
    changed(seat);
    tenants.heldAre(seat.device().id(), seat.slots().held());
  }

  TenantSessions tenants() {
    return tenants;
  }

  /**
   * What is counted of each device is what is held of it and asked for.
   *
   * @param asking requests whose locks are being asked for, and of which seats
   */
  void verify(Map<Waiter, Seat> asking) {
    Map<DeviceSlots.NodeSessions, Integer> sessions = new HashMap<>();
    for (Seat seat : seats.values()) {
      long asked = asking.values().stream().filter(seat::equals).count();
      Invariant.holds(
          seat.slots().pending() == asked,
          seat.device().id() + " has other slots pending than are asked for");
      Invariant.holds(
          free.get(seat.index()) == seat.freeSlots() > 0,
          seat.device().id() + " is free, or not, and isn't marked so");
      sessions.merge(seat.nodeSessions(), seat.slots().sessions(), Integer::sum);
    }
    sessions.forEach(
        (node, sum) -> Invariant.holds(node.count() == sum, "a node's sessions are miscounted"));
    tenants.verify(asking.keySet());
  }

  private List<Seat> seatsOf(NodeId node) {
    return seats.values().stream().filter(seat -> seat.device().node().id().equals(node)).toList();
  }
}
