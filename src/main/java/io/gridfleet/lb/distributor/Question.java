package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.selector.Selector;
import java.util.Optional;

/**
 * What one candidate of a request asks of devices. Equal questions share their answer.
 *
 * @param selector what the device must be
 * @param tenantDevices what the caller may use
 * @param run the run whose devices are asked for; without one, only devices that no run reserves
 * @param named the one device that was named: it is taken whatever its health says
 */
public record Question(
    Selector selector, Selector tenantDevices, Optional<String> run, Optional<DeviceId> named) {

  /** What asking one device costs at the most; see {@link Selector#MAX_WORK}. */
  int work() {
    return 1 + selector.work() + tenantDevices.work();
  }

  /** Whether a device fits, whatever its state. */
  public boolean fits(Device device) {
    return named.map(device.id()::equals).orElse(true)
        && selector.matches(device.attributes())
        && tenantDevices.matches(device.configured());
  }
}
