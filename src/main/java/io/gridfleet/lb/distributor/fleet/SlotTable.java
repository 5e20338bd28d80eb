package io.gridfleet.lb.distributor.fleet;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The states of all devices, by id and by index. Guarded by the distributor's lock. */
public final class SlotTable {
  private final Map<DeviceId, DeviceState> states = new LinkedHashMap<>();
  private final List<@Nullable DeviceState> byIndex = new ArrayList<>();
  private final BitSet unusedIndexes = new BitSet();
  private final BitSet free = new BitSet();
  private final Map<NodeId, DeviceSlots.NodeSessions> nodes = new HashMap<>();
  private final DeviceSlots.LockQueries lockQueries = new DeviceSlots.LockQueries();
  private final Map<NodeId, Set<DeviceState>> byNode = new HashMap<>();
  private final TenantSessions tenants = new TenantSessions();

  /** Facts of devices, in the inventory or not; devices without facts have no entry. */
  private final Map<DeviceId, DeviceFacts> facts = new HashMap<>();

  /** Why nodes don't respond; responding nodes, and those not yet probed, have no entry. */
  private final Map<NodeId, String> offline = new HashMap<>();

  public Collection<DeviceState> states() {
    return states.values();
  }

  public Collection<DeviceId> ids() {
    return states.keySet();
  }

  @Nullable public DeviceState state(DeviceId device) {
    return states.get(device);
  }

  public DeviceState at(int index) {
    return Objects.requireNonNull(byIndex.get(index));
  }

  public DeviceState put(Device device) {
    DeviceSlots.NodeSessions node =
        nodes.computeIfAbsent(device.node().id(), id -> new DeviceSlots.NodeSessions());
    DeviceState known = states.get(device.id());
    if (known != null) {
      unlink(known);
      known.replace(device, node);
      link(known);
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
    DeviceState state = new DeviceState(index, device, node, lockQueries);
    byIndex.set(index, state);
    states.put(device.id(), state);
    link(state);
    state.offline(offline.get(device.node().id()));
    state.facts(facts.getOrDefault(device.id(), DeviceFacts.NONE));
    changed(state);
    return state;
  }

  /** Sets why a device is out of service; null if it isn't. */
  public void maintenance(DeviceId device, @Nullable String reason) {
    change(device, known -> known.inMaintenance(reason));
  }

  /**
   * Sets the run that reserves a device; null for none.
   *
   * @param coolingUntil until when it accepts no request
   */
  public void reserved(DeviceId device, @Nullable String run, @Nullable Instant coolingUntil) {
    change(device, known -> known.reserved(run, coolingUntil));
  }

  /**
   * Sets until when other devices are preferred; null if it isn't avoided.
   *
   * @param cause for people
   */
  public void avoided(DeviceId device, @Nullable Instant until, String cause) {
    change(device, known -> known.avoided(until, cause));
  }

  /** Returns whether an avoidance of a device is known, expired or not. */
  public boolean hasAvoidance(DeviceId device) {
    return facts.getOrDefault(device, DeviceFacts.NONE).avoidedUntil() != null;
  }

  /** Changes the facts of a device, in the inventory or not. */
  private void change(DeviceId device, UnaryOperator<DeviceFacts> change) {
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
   * Sets why a node doesn't respond; null if it does.
   *
   * @return its devices
   */
  public List<DeviceState> nodeIs(NodeId node, @Nullable String cause) {
    if (cause == null) {
      offline.remove(node);
    } else {
      offline.put(node, cause);
    }
    List<DeviceState> all = devicesOf(node);
    all.forEach(state -> state.offline(cause));
    return all;
  }

  private void link(DeviceState state) {
    byNode.computeIfAbsent(state.device().node().id(), id -> new LinkedHashSet<>()).add(state);
  }

  private void unlink(DeviceState state) {
    NodeId node = state.device().node().id();
    Set<DeviceState> devices = Objects.requireNonNull(byNode.get(node));
    devices.remove(state);
    if (devices.isEmpty()) {
      byNode.remove(node);
    }
  }

  public void remove(DeviceState state) {
    unlink(state);
    states.remove(state.device().id());
    byIndex.set(state.index(), null);
    unusedIndexes.set(state.index());
    free.clear(state.index());
  }

  /** Updates the free index; called after each change of a device's slots. */
  public void changed(DeviceState state) {
    free.set(state.index(), state.freeSlots() > 0);
  }

  public boolean anyFree() {
    return !free.isEmpty();
  }

  /**
   * Returns the best free device for a request, avoided ones last.
   *
   * @param fitting the indexes of the devices that fit the question
   */
  @Nullable public DeviceState pick(
      Question question, BitSet fitting, PlacementRequest request, Instant now) {
    PlacementRequest.Preference preference = request.preference();
    PickStrategy.Pick good = preference.strategy().begin();
    PickStrategy.Pick avoided = preference.strategy().begin();
    DeviceState best = null;
    DeviceState bestAvoided = null;
    for (int i = fitting.nextSetBit(0); i >= 0; i = fitting.nextSetBit(i + 1)) {
      DeviceState state = free.get(i) ? byIndex.get(i) : null;
      if (state == null || !state.admits(question, now) || !request.accepts(state.device().id())) {
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

  public void take(DeviceState state, String tenant) {
    state.slots().taking();
    changed(state);
    tenants.reserve(tenant);
  }

  public void cancel(DeviceState state, String tenant) {
    state.slots().cancel();
    changed(state);
    tenants.cancel(tenant);
  }

  /** Returns the number of a query for all locks that starts now. */
  public long lockQueryStarted() {
    return lockQueries.start();
  }

  /** Replaces the locks of a device by the result of a query. */
  public void heldAre(DeviceState state, long query, List<HeldLock> locks) {
    state.slots().heldAre(query, locks);
    changed(state);
    tenants.heldAre(state.device().id(), state.slots().held());
  }

  public TenantSessions tenants() {
    return tenants;
  }

  /**
   * Checks that the counts equal the held and pending slots.
   *
   * @param locking the device of each requested lock
   * @param tenantsOfLocks the tenant of each requested lock
   */
  public void verify(Collection<DeviceState> locking, Collection<String> tenantsOfLocks) {
    Map<DeviceSlots.NodeSessions, Integer> sessions = new HashMap<>();
    for (DeviceState state : states.values()) {
      long asked = locking.stream().filter(state::equals).count();
      Invariant.holds(
          state.slots().pending() == asked,
          state.device().id() + " has other pending slots than requested locks");
      Invariant.holds(
          free.get(state.index()) == state.freeSlots() > 0,
          state.device().id() + " isn't correctly marked as free");
      sessions.merge(state.nodeSessions(), state.slots().sessions(), Integer::sum);
    }
    sessions.forEach(
        (node, sum) -> Invariant.holds(node.count() == sum, "a node's sessions are miscounted"));
    tenants.verify(tenantsOfLocks);
  }

  private List<DeviceState> devicesOf(NodeId node) {
    return List.copyOf(byNode.getOrDefault(node, Set.of()));
  }
}
