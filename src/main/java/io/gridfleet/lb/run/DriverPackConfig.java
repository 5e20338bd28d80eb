package io.gridfleet.lb.run;

import io.gridfleet.lb.config.Key;
import java.util.List;
import java.util.Optional;

/** A driver pack as an operator writes it. */
public record DriverPackConfig(
    @Key(doc = "What runs call the pack; a built-in one of this id goes.", example = "appium-fake")
        String id,
    @Key(doc = "What people call it; its id if absent.", example = "Appium Fake")
        Optional<String> name,
    @Key(doc = "The npm package of its driver.", example = "appium-fake-driver")
        Optional<String> driver,
    @Key(doc = "Whether runs may ask for it: only while enabled.", fallback = "enabled")
        DriverPack.State state,
    @Key(doc = "The kinds of devices that it serves.") List<PlatformConfig> platforms) {

  /** A kind of device as an operator writes it. */
  public record PlatformConfig(
      @Key(doc = "What runs call it.", example = "fake_phone") String id,
      @Key(doc = "What people call it; its id if absent.", example = "Fake phone")
          Optional<String> label,
      @Key(doc = "What WebDriver calls it.", example = "Fake") String platformName,
      @Key(doc = "The driver's automation name.", example = "Fake") String automationName,
      @Key(doc = "Some of real_device, emulator, simulator.", fallback = "real_device")
          List<String> deviceTypes,
      @Key(doc = "Some of usb, network, virtual.", fallback = "usb, network, virtual")
          List<String> connectionTypes) {

    Platform platform() {
      return new Platform(
          id, label.orElse(id), platformName, automationName, deviceTypes, connectionTypes);
    }
  }

  DriverPack pack() {
    return new DriverPack(
        id,
        name.orElse(id),
        state,
        driver.orElse(id + "-driver"),
        platforms.stream().map(PlatformConfig::platform).toList());
  }
}
