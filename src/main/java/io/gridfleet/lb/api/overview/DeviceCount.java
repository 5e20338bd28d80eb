package io.gridfleet.lb.api.overview;

import io.gridfleet.lb.api.device.DeviceCondition;
import io.gridfleet.lb.distributor.DeviceView;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The devices of one platform by their state. Each is counted once, so the states add up. */
final class DeviceCount {
  private final Map<DeviceCondition, Integer> counts = new EnumMap<>(DeviceCondition.class);
  private int total;

  /** Returns a row for each platform, in alphabetical order. */
  static List<Map<String, Object>> byPlatform(List<DeviceView> devices) {
    Map<String, DeviceCount> platforms = new TreeMap<>();
    for (DeviceView device : devices) {
      platforms
          .computeIfAbsent(device.device().platform(), platform -> new DeviceCount())
          .add(
              DeviceCondition.of(
                  device.inhibitors(), device.locks(), device.reservedBy().isPresent()));
    }
    return platforms.entrySet().stream()
        .map(platform -> platform.getValue().row(platform.getKey()))
        .toList();
  }

  private void add(DeviceCondition state) {
    total++;
    counts.merge(state, 1, Integer::sum);
  }

  private Map<String, Object> row(String platform) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("platform", platform);
    row.put("total", total);
    for (DeviceCondition state : DeviceCondition.values()) {
      row.put(state.code(), counts.getOrDefault(state, 0));
    }
    return row;
  }
}
