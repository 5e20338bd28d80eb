package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.device.DeviceCapabilities;
import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.run.Reservation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The optional members of each reserved device that a client requests. */
record ReservationIncludes(Set<String> names) {
  private static final Set<String> KNOWN = Set.of("config", "test_data", "capabilities");

  /**
   * Reads {@code include}; fails before anything is reserved.
   *
   * @param allowed the names that this route supports
   */
  static ReservationIncludes of(QueryParameters query, Set<String> allowed) {
    Set<String> names = new TreeSet<>();
    for (String list : query.all("include")) {
      for (String name : list.split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
    }
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw ApiError.of(
          422,
          "Unknown include: " + String.join(", ", unknown),
          Map.of("code", "unknown_include", "values", List.copyOf(unknown)));
    }
    if (!allowed.containsAll(names)) {
      throw ApiError.of(
          422,
          "Capabilities can't be included when devices are reserved",
          Map.of("code", "reserve_capabilities_unsupported"));
    }
    return new ReservationIncludes(names);
  }

  /** Adds the requested members to the row of a device. */
  void add(
      Map<String, @Nullable Object> row, Reservation entry, DeviceRows rows, ApiCaller caller) {
    if (names.isEmpty()) {
      return;
    }
    Optional<DeviceRow> device = rows.find(entry.device(), caller);
    if (device.isEmpty()) {
      row.put(
          "unavailable_includes", names.stream().map(ReservationIncludes::unavailable).toList());
      return;
    }
    if (names.contains("config")) {
      row.put("config", device.get().config());
    }
    if (names.contains("test_data")) {
      row.put("test_data", device.get().state().override().testData());
    }
    if (names.contains("capabilities")) {
      row.put("live_capabilities", DeviceCapabilities.of(device.get(), rows.packs()));
    }
  }

  private static Map<String, String> unavailable(String name) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("include", name);
    row.put("reason", "device_not_found");
    return row;
  }
}
