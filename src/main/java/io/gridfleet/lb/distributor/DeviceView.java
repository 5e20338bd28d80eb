package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import java.util.List;
import java.util.Optional;

/**
 * A device and its state at one instant.
 *
 * @param inhibitors why it can't serve a request of its own run, or of none if it is in none
 * @param reservedBy the run that reserves it
 */
public record DeviceView(
    Device device, List<Inhibitor> inhibitors, List<HeldLock> locks, Optional<String> reservedBy) {

  /** Returns a code of its state, for metrics and lists. */
  public String state() {
    if (!inhibitors.isEmpty()) {
      return inhibitors.get(0).kind().code();
    }
    return locks.isEmpty() ? "free" : "in_use";
  }
}
