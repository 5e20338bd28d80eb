package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import java.time.Instant;
import java.util.List;

/**
 * A device and what is known of it at one moment.
 *
 * @param override what operators and suites said about it
 * @param inhibitors why it can't serve a request of its own run, or of none if it is in none; the
 *     most telling first
 * @param locks what holds its slots
 * @param added when the inventory first had it
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
    return inhibitors.stream().anyMatch(inhibitor -> inhibitor.kind() == kind);
  }
}
