package io.gridfleet.lb.api.overview;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.distributor.DeviceView;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The devices of one platform by their state. Each is counted once, so the states add up. */
final class DeviceCount {
  /** What a person sees first of a device, in the order of precedence. */
  private enum State {
    MAINTENANCE,
    OFFLINE,
    LOCKED,
    BUSY,
    AVOIDED,
    RESERVED,
    FREE;

    static State of(DeviceView device) {
      if (has(device, Inhibitor.Kind.MAINTENANCE)) {
        return MAINTENANCE;
      }
      if (has(device, Inhibitor.Kind.OFFLINE) || has(device, Inhibitor.Kind.DRAINING)) {
        return OFFLINE;
      }
      if (!device.locks().isEmpty()) {
        return device.locks().stream().allMatch(DeviceCount::isOperators) ? LOCKED : BUSY;
      }
      if (has(device, Inhibitor.Kind.AVOIDED)) {
        return AVOIDED;
      }
      return device.reservedBy().isPresent() ? RESERVED : FREE;
    }

    private static boolean has(DeviceView device, Inhibitor.Kind kind) {
      return device.inhibitors().stream().anyMatch(found -> found.kind() == kind);
    }
  }

  private final Map<State, Integer> counts = new EnumMap<>(State.class);
  private int total;

  private static boolean isOperators(HeldLock lock) {
    return lock.kind() == HeldLock.Kind.OPERATOR;
  }

  /** Returns a row for each platform, in alphabetical order. */
  static List<Map<String, Object>> byPlatform(List<DeviceView> devices) {
    Map<String, DeviceCount> platforms = new TreeMap<>();
    for (DeviceView device : devices) {
      platforms
          .computeIfAbsent(device.device().platform(), platform -> new DeviceCount())
          .add(State.of(device));
    }
    return platforms.entrySet().stream()
        .map(platform -> platform.getValue().row(platform.getKey()))
        .toList();
  }

  private void add(State state) {
    total++;
    counts.merge(state, 1, Integer::sum);
  }

  private Map<String, Object> row(String platform) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("platform", platform);
    row.put("total", total);
    for (State state : State.values()) {
      row.put(state.name().toLowerCase(Locale.ROOT), counts.getOrDefault(state, 0));
    }
    return row;
  }
}
