package io.gridfleet.lb.run;

import io.gridfleet.lb.config.Key;
import java.util.List;
import java.util.Optional;

/** The configuration of a driver pack. */
public record DriverPackConfig(
    @Key(
            doc = "The id of the pack in runs; replaces a built-in pack of this id.",
            example = "appium-fake")
        String id,
    @Key(doc = "The display name; its id if absent.", example = "Appium Fake")
        Optional<String> name,
    @Key(doc = "The npm package of the driver.", example = "appium-fake-driver")
        Optional<String> driver,
    @Key(
            doc = "The state; runs can reserve its devices only while it is enabled.",
            fallback = "enabled")
        DriverPack.State state,
    @Key(doc = "The platforms of the driver.") List<PlatformConfig> platforms) {

  /** The configuration of a platform. */
  public record PlatformConfig(
      @Key(doc = "The id of the platform in runs.", example = "fake_phone") String id,
      @Key(doc = "The display name; its id if absent.", example = "Fake phone")
          Optional<String> label,
      @Key(doc = "The platformName of WebDriver.", example = "Fake") String platformName,
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
