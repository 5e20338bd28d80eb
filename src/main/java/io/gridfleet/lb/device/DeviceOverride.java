package io.gridfleet.lb.device;

import java.util.Map;
import java.util.Optional;

/**
 * What an operator or a suite said about a device on top of the inventory.
 *
 * @param maintenance the reason, when the device is out of service
 * @param tags replace the inventory's tags of the same key
 * @param testData whatever the suites keep with the device (rest.md#test-data)
 */
public record DeviceOverride(
    DeviceId device,
    Optional<String> maintenance,
    Map<String, String> tags,
    Map<String, Object> testData) {

  public static DeviceOverride none(DeviceId device) {
    return new DeviceOverride(device, Optional.empty(), Map.of(), Map.of());
  }
}
