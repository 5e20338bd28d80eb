package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.HeldLock;
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
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** How the distributor learns what changed about devices; each piece of news wakes who fits. */
public final class FleetUpdates {
  private final ModelUpdates updates;

  public FleetUpdates(Distributor distributor) {
    this.updates = distributor.updates();
  }

  /** The inventory as it is now: devices that aren't in it any more drain. */
  public void inventory(Collection<Device> devices) {
    List<DeviceId> touched = new ArrayList<>();
    updates.tellAttributes(
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

  /** A node answers, or doesn't. */
  public void node(NodeId node, Optional<String> offline) {
    List<DeviceId> touched = new ArrayList<>();
    updates.publish(
        fleet ->
            fleet
                .nodeIs(node, offline.orElse(null))
                .forEach(state -> touched.add(state.device().id())),
        touched);
  }

  /** An operator took a device out of service, or put it back. */
  public void maintenance(DeviceId device, Optional<String> reason) {
    change(device, facts -> facts.inMaintenance(reason.orElse(null)), state -> {});
  }

  /**
   * A run has a device, or none has it.
   *
   * @param coolingUntil until when it serves nobody
   */
  public void reserved(DeviceId device, Optional<String> run, Optional<Instant> coolingUntil) {
    change(
        device,
        facts -> facts.reserved(run.orElse(null), coolingUntil.orElse(null)),
        state -> state.slots().forgetElsewhere());
  }

  /** A device failed an attempt through its own fault. */
  public void avoided(AvoidedDevice avoided) {
    change(avoided.device(), facts -> facts.avoided(avoided.until(), avoided.cause()), state -> {});
  }

  /** A device isn't avoided any more. */
  public void forgiven(DeviceId device) {
    change(device, facts -> facts.avoided(null, ""), state -> {});
  }

  /** An attempt on a device failed; it goes behind those of its rank that didn't. */
  public void attemptFailed(DeviceId device) {
    change(device, facts -> facts, DeviceState::failed);
  }

  /** A session was created on a device: whatever it did before is forgotten. */
  public void attemptSucceeded(DeviceId device) {
    change(device, facts -> facts.avoided(null, ""), DeviceState::succeeded);
  }

  /** The attempt that this lock was taken for has become a session. */
  public void stands(HeldLock session) {
    change(session.lock().device(), facts -> facts, state -> state.slots().stands(session));
  }

  /** A lock that this process didn't take: a session found at start, an operator's hand. */
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

  /** The store is asked for all locks: to be called before, and {@link #locks} after. */
  public void locksAreAsked() {
    updates.publish(
        fleet -> fleet.states().forEach(state -> state.slots().storeIsAsked()), List.of());
  }

  /** What the store says of all locks: whatever isn't held any more is free. */
  public void locks(List<HeldLock> held) {
    Map<DeviceId, List<HeldLock>> byDevice = new HashMap<>();
    held.forEach(
        lock -> byDevice.computeIfAbsent(lock.lock().device(), id -> new ArrayList<>()).add(lock));
    List<DeviceId> touched = new ArrayList<>();
    updates.publish(
        fleet -> {
          fleet.tenants().expireGuess();
          for (DeviceState state : fleet.states()) {
            fleet.heldAre(state, byDevice.getOrDefault(state.device().id(), List.of()));
            touched.add(state.device().id());
          }
        },
        touched);
  }

  private void change(
      DeviceId device, UnaryOperator<DeviceFacts> facts, Consumer<DeviceState> change) {
    updates.publish(
        fleet -> {
          fleet.change(device, facts);
          DeviceState state = fleet.state(device);
          if (state != null) {
            change.accept(state);
          }
        },
        List.of(device));
  }
}
