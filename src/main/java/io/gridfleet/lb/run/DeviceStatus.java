package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import java.time.Instant;
import java.util.List;

/**
 * A snapshot of a device and its state.
 *
 * @param override the override set by operators and suites
 * @param inhibitors what inhibits a request of the run that reserves it, or of no run; most
 *     relevant first
 * @param locks the locks on its slots
 * @param added when it was added to the inventory
 */
public record DeviceStatus(
    Device device,
    DeviceOverride override,
    List<Inhibitor> inhibitors,
    List<HeldLock> locks,
    Instant added) {
  public DeviceStatus {
    inhibitors = List.copyOf(inhibitors);
    locks = List.copyOf(locks);
  }

  public boolean has(Inhibitor.Kind kind) {
    for (Inhibitor inhibitor : inhibitors) {
      if (inhibitor.kind() == kind) {
        return true;
      }
    }
    return false;
  }
}
