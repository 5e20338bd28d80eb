package io.gridfleet.lb.run;

import java.util.List;

/**
 * A kind of device that suites can reserve.
 *
 * @param platformName its platformName in WebDriver
 * @param deviceTypes some of {@code real_device}, {@code emulator}, {@code simulator}
 * @param connectionTypes some of {@code usb}, {@code network}, {@code virtual}
 */
public record Platform(
    String id,
    String label,
    String platformName,
    String automationName,
    List<String> deviceTypes,
    List<String> connectionTypes) {
  public Platform {
    deviceTypes = List.copyOf(deviceTypes);
    connectionTypes = List.copyOf(connectionTypes);
  }
}
