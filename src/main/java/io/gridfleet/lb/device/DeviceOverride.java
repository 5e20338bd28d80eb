package io.gridfleet.lb.device;

import java.util.Map;
import java.util.Optional;

/**
 * Changes of an operator or a suite that override a device's inventory entry.
 *
 * @param maintenance the reason, if the device is in maintenance
 * @param tags override the inventory's tags of the same key
 * @param testData data that suites store with the device (rest.md#test-data)
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
