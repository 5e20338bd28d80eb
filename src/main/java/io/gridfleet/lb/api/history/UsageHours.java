package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The use of devices by hour and platform. The capacity is that of the devices of today's
 * inventory, without the times in which they were offline or in maintenance.
 */
final class UsageHours {
  private final Usage.Query query;
  private final Map<DeviceId, Device> devices = new HashMap<>();
  private final Map<Instant, Map<String, Cell>> hours = new TreeMap<>();

  /** One hour of one platform. */
  private static final class Cell {
    private long capacityMs;
    private long busyMs;
    private int sessions;
    private final List<Long> waits = new ArrayList<>();
  }

  UsageHours(Usage.Query query, List<Device> seen, Optional<String> platform) {
    this.query = query;
    for (Device device : seen) {
      if (platform.isEmpty() || platform.get().equals(device.platform())) {
        devices.put(device.id(), device);
      }
    }
    Map<String, Integer> slots = new TreeMap<>();
    devices.values().forEach(each -> slots.merge(each.platform(), each.slots(), Integer::sum));
    Instant hour = query.from().truncatedTo(ChronoUnit.HOURS);
    for (; hour.isBefore(query.to()); hour = hour.plus(1, ChronoUnit.HOURS)) {
      Instant current = hour;
      long length = overlap(hour, query.from(), query.to());
      hours.put(hour, new TreeMap<>());
      slots.forEach((name, count) -> cell(current, name).capacityMs += length * count);
    }
  }

  private Cell cell(Instant hour, Device device) {
    return cell(hour, device.platform());
  }

  private Cell cell(Instant hour, String platform) {
    return hours
        .computeIfAbsent(hour, fresh -> new TreeMap<>())
        .computeIfAbsent(platform, fresh -> new Cell());
  }

  /** Returns how much of an hour is in a time. */
  private static long overlap(Instant hour, Instant from, Instant to) {
    Instant end = hour.plus(1, ChronoUnit.HOURS);
    Instant first = from.isAfter(hour) ? from : hour;
    Instant last = to.isBefore(end) ? to : end;
    return Math.max(0, Duration.between(first, last).toMillis());
  }

  void add(Usage.Span span) {
    Device device = devices.get(span.device());
    if (device == null) {
      return;
    }
    Instant from = span.began().isAfter(query.from()) ? span.began() : query.from();
    Instant to = span.ended().isBefore(query.to()) ? span.ended() : query.to();
    Instant hour = from.truncatedTo(ChronoUnit.HOURS);
    for (; hour.isBefore(to); hour = hour.plus(1, ChronoUnit.HOURS)) {
      Cell cell = cell(hour, device);
      long length = overlap(hour, from, to);
      if (span.kind() == Kind.SESSION) {
        cell.busyMs += length;
      } else {
        cell.capacityMs = Math.max(0, cell.capacityMs - length * device.slots());
      }
    }
    if (span.kind() == Kind.SESSION && !span.began().isBefore(query.from())) {
      cell(span.began().truncatedTo(ChronoUnit.HOURS), device).sessions++;
    }
  }

  void add(Usage.Wait wait) {
    Device device = devices.get(wait.device());
    if (device != null) {
      cell(wait.arrived().truncatedTo(ChronoUnit.HOURS), device)
          .waits
          .add(wait.waited().toMillis());
    }
  }

  Map<String, Object> body() {
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, Cell> platforms = new TreeMap<>();
    hours.forEach(
        (hour, cells) ->
            cells.forEach(
                (platform, cell) -> {
                  Map<String, Object> row = new LinkedHashMap<>();
                  row.put("at", ApiJson.time(hour));
                  rows.add(filled(row, platform, cell));
                  addTo(platforms.computeIfAbsent(platform, name -> new Cell()), cell);
                }));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("hours", rows);
    body.put(
        "platforms",
        platforms.entrySet().stream()
            .map(each -> filled(new LinkedHashMap<>(), each.getKey(), each.getValue()))
            .toList());
    return body;
  }

  private static void addTo(Cell sum, Cell cell) {
    sum.capacityMs += cell.capacityMs;
    sum.busyMs += cell.busyMs;
    sum.sessions += cell.sessions;
    sum.waits.addAll(cell.waits);
  }

  private static Map<String, Object> filled(Map<String, Object> row, String platform, Cell cell) {
    List<Long> sorted = cell.waits.stream().sorted().toList();
    Map<String, Object> waits = new LinkedHashMap<>();
    waits.put("count", sorted.size());
    waits.put("p50_ms", quantile(sorted, 0.5));
    waits.put("p90_ms", quantile(sorted, 0.9));
    row.put("platform", platform);
    row.put("capacity_sec", cell.capacityMs / 1000);
    row.put("busy_sec", cell.busyMs / 1000);
    row.put("sessions", cell.sessions);
    row.put("waits", waits);
    return row;
  }

  /** The nearest rank; 0 of nothing. */
  private static long quantile(List<Long> sorted, double part) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }
}
