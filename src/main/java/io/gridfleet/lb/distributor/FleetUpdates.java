package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The entry point for updates about devices; each update serves the waiting requests that fit. */
public final class FleetUpdates {
  /** Devices that are updated without releasing the lock: about a millisecond. */
  private static final int DEVICES_AT_ONCE = 512;

  private final ModelUpdates updates;

  public FleetUpdates(Distributor distributor) {
    this.updates = distributor.updates();
  }

  /** Replaces the inventory: devices that are missing from it drain. */
  public void inventory(Collection<Device> devices) {
    List<DeviceId> touched = new ArrayList<>();
    updates.updateAttributes(
        fleet -> {
          Set<DeviceId> here = new HashSet<>();
          devices.forEach(device -> here.add(fleet.put(device).device().id()));
          touched.addAll(here);
          for (DeviceState state : fleet.states()) {
            if (!here.contains(state.device().id())) {
              state.drain();
              touched.add(state.device().id());
            }
          }
        },
        touched,
        devices);
  }

  /**
   * Adds or replaces some devices, and drains others. A few at a time: a lab has tens of thousands,
   * and event loops wait for the lock.
   */
  public void devices(Collection<Device> changed, Collection<DeviceId> removed) {
    for (List<Device> part : parts(changed)) {
      updates.updateAttributes(
          fleet -> part.forEach(fleet::put), part.stream().map(Device::id).toList(), part);
    }
    for (List<DeviceId> part : parts(removed)) {
      updates.publish(fleet -> part.forEach(device -> drain(fleet.state(device))), part);
    }
  }

  private static void drain(@Nullable DeviceState state) {
    if (state != null) {
      state.drain();
    }
  }

  private static <T> List<List<T>> parts(Collection<T> all) {
    List<T> list = List.copyOf(all);
    List<List<T>> parts = new ArrayList<>();
    for (int from = 0; from < list.size(); from += DEVICES_AT_ONCE) {
      parts.add(list.subList(from, Math.min(list.size(), from + DEVICES_AT_ONCE)));
    }
    return parts;
  }

  /** Sets whether a node responds. */
  public void node(NodeId node, Optional<String> offline) {
    List<DeviceId> touched = new ArrayList<>();
    updates.publish(
        fleet ->
            fleet
                .nodeIs(node, offline.orElse(null))
                .forEach(state -> touched.add(state.device().id())),
        touched);
  }

  /** Sets or ends the maintenance of a device. */
  public void maintenance(DeviceId device, Optional<String> reason) {
    change(device, fleet -> fleet.maintenance(device, reason.orElse(null)), state -> {});
  }

  /**
   * Sets the run that reserves a device, or none.
   *
   * @param coolingUntil until when it accepts no request
   */
  public void reserved(DeviceId device, Optional<String> run, Optional<Instant> coolingUntil) {
    change(
        device,
        fleet -> fleet.reserved(device, run.orElse(null), coolingUntil.orElse(null)),
        state -> state.slots().removeGuessed());
  }

  /** Marks a device as avoided after an attempt failed because of it. */
  public void avoided(AvoidedDevice avoided) {
    change(
        avoided.device(),
        fleet -> fleet.avoided(avoided.device(), avoided.until(), avoided.cause()),
        state -> {});
  }

  /** Ends the avoidance of a device. */
  public void avoidanceEnded(DeviceId device) {
    change(device, fleet -> fleet.avoided(device, null, ""), state -> {});
  }

  /** Counts a failed attempt on a device: devices of its rank with fewer failures are preferred. */
  public void attemptFailed(DeviceId device) {
    change(device, fleet -> {}, DeviceState::failed);
  }

  /**
   * Resets the failures and the avoidance of a device on which a session was created.
   *
   * @return whether an avoidance was known
   */
  public boolean attemptSucceeded(DeviceId device) {
    AtomicBoolean known = new AtomicBoolean();
    change(
        device,
        fleet -> {
          known.set(fleet.hasAvoidance(device));
          fleet.avoided(device, null, "");
        },
        DeviceState::succeeded);
    return known.get();
  }

  /** Replaces the lock of an attempt by that of its session. */
  public void sessionPublished(HeldLock session) {
    change(session.lock().device(), fleet -> {}, state -> state.slots().sessionPublished(session));
  }

  /** Adds a lock that this process didn't take: a session found at start, or an operator's lock. */
  public void held(HeldLock lock) {
    updates.publish(
        fleet -> {
          DeviceState state = fleet.state(lock.lock().device());
          if (state != null) {
            state.slots().hold(lock);
            fleet.changed(state);
            lock.tenant().ifPresent(tenant -> fleet.tenants().adopt(lock.lock(), tenant));
          }
        },
        List.of());
  }

  /**
   * Marks the start of a query for all locks; {@link #locks} takes its result. Queries may overlap.
   *
   * @return its number
   */
  public long lockQueryStarted() {
    AtomicLong number = new AtomicLong();
    updates.publish(fleet -> number.set(fleet.lockQueryStarted()), List.of());
    return number.get();
  }

  /**
   * Replaces all locks by the result of a query: slots missing from it are free, unless they were
   * taken since it started.
   */
  public void locks(long query, List<HeldLock> held) {
    Map<DeviceId, List<HeldLock>> byDevice = new HashMap<>();
    held.forEach(
        lock -> byDevice.computeIfAbsent(lock.lock().device(), id -> new ArrayList<>()).add(lock));
    updates.publish(fleet -> fleet.tenants().expireGuess(), List.of());
    for (List<DeviceId> part : parts(updates.known())) {
      updates.publish(
          fleet -> part.forEach(device -> heldAre(fleet, device, query, byDevice)), part);
    }
  }

  private static void heldAre(
      SlotTable fleet, DeviceId device, long query, Map<DeviceId, List<HeldLock>> byDevice) {
    DeviceState state = fleet.state(device);
    if (state != null) {
      fleet.heldAre(state, query, byDevice.getOrDefault(device, List.of()));
    }
  }

  private void change(DeviceId device, Consumer<SlotTable> facts, Consumer<DeviceState> change) {
    updates.publish(
        fleet -> {
          facts.accept(fleet);
          DeviceState state = fleet.state(device);
          if (state != null) {
            change.accept(state);
          }
        },
        List.of(device));
  }
}
