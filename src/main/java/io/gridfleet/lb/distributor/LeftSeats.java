package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Seats that are left for a moment to requests of other replicas, which have waited longer. Guarded
 * by the distributor's lock.
 */
final class LeftSeats {
  private final Map<DeviceId, Instant> until = new HashMap<>();

  /**
   * Notes a seat; one that is left already isn't left for longer.
   *
   * @return whether it wasn't left before
   */
  boolean leave(Seat seat, Instant end) {
    return until.putIfAbsent(seat.device().id(), end) == null;
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
