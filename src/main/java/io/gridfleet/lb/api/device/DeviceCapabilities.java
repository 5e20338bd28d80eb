package io.gridfleet.lb.api.device;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.Platform;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The merged capabilities of a device's sessions, flat (rest.md#devices). */
public final class DeviceCapabilities {
  private static final Set<String> SERVER_SET =
      Set.of(
          "platformname",
          "appium:udid",
          "appium:devicename",
          "appium:gridfleet:deviceid",
          "appium:gridfleet:devicename",
          "gridfleet:deviceid");

  private DeviceCapabilities() {}

  public static Map<String, Object> of(DeviceRow row, DriverPacks packs) {
    Device device = row.state().device();
    Map<String, Object> caps = new LinkedHashMap<>();
    device
        .defaultCapabilities()
        .with(device.capabilities())
        .asMap()
        .forEach(
            (name, value) -> {
              if (!SERVER_SET.contains(name.toLowerCase(Locale.ROOT))) {
                caps.put(name, value);
              }
            });
    Optional<Platform> platform = packs.platform(packs.of(device));
    caps.put("platformName", platform.map(Platform::platformName).orElse(device.platform()));
    caps.put("appium:udid", row.text("connection_target"));
    caps.put("appium:deviceName", device.name());
    caps.put("appium:gridfleet:deviceId", device.id().value());
    caps.put("gridfleet:deviceId", device.id().value());
    platform.ifPresent(found -> caps.putIfAbsent("appium:automationName", found.automationName()));
    if (row.text("device_type").equals("simulator")) {
      caps.put("appium:simulatorRunning", true);
    }
    return caps;
  }
}
