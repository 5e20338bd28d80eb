package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.selector.Selector;
import java.util.Optional;

/**
 * What one candidate of a request requires of devices. Equal questions share a queue.
 *
 * @param selector the client's selector
 * @param tenantDevices the devices that the caller may use
 * @param run the run whose devices are requested; without one, only devices that no run reserves
 * @param named the one device that was named: it is used even if offline or avoided
 */
public record Question(
    Selector selector, Selector tenantDevices, Optional<String> run, Optional<DeviceId> named) {

  /** Returns the maximum work of matching one device; see {@link Selector#MAX_WORK}. */
  int work() {
    return 1 + selector.work() + tenantDevices.work();
  }

  /** Returns the maximum work of matching so many devices. */
  public long fitsWork(int devices) {
    return (long) work() * devices;
  }

  /** Returns whether a device fits, whatever its state. */
  public boolean fits(Device device) {
    return named.map(device.id()::equals).orElse(true)
        && selector.matches(device.attributes())
        && tenantDevices.matches(device.configured());
  }
}
