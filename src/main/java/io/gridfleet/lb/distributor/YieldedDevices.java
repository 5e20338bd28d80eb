package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Seats that are left for a moment to requests that go before those who wait here. Guarded by the
 * distributor's lock.
 */
final class YieldedDevices {
  private final Map<DeviceId, Instant> until = new HashMap<>();

  /**
   * Notes a seat.
   *
   * @return whether it wasn't left before, or not until this very moment
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

  /** Whether the seat was left until then, and not taken or left anew since. */
  boolean isOver(DeviceId device, Instant end) {
    return until.remove(device, end);
  }
}
