package io.gridfleet.lb.distributor.replicas;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The yielded devices, with the time at which yielding ends. Guarded by the distributor's lock. */
final class YieldedDevices {
  private final Map<DeviceId, Instant> until = new HashMap<>();

  /**
   * Adds a device.
   *
   * @return whether it wasn't yielded before, or not until this same time
   */
  boolean yieldTo(DeviceState state, Instant end) {
    return !end.equals(until.put(state.device().id(), end));
  }

  List<DeviceId> all() {
    return List.copyOf(until.keySet());
  }

  void isTaken(DeviceId device) {
    until.remove(device);
  }

  /** Removes a device if it is still yielded until then, neither taken nor yielded anew since. */
  boolean isOver(DeviceId device, Instant end) {
    return until.remove(device, end);
  }
}
