package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.Usage;
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
 * inventory, without the times in which they were offline and in maintenance. Spans cost the same
 * however many hours they have.
 */
final class UsageHours {
  private static final long HOUR = 3_600_000;

  private final long from;
  private final long to;
  private final long firstHour;
  private final int count;
  private final Map<DeviceId, Device> devices = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<String, Platform> platforms = new TreeMap<>();

  /** The hours of one platform. */
  private final class Platform {
    private int slots;
    private final Time busy = new Time();
    private final Time outOfService = new Time();
    private final int[] sessions = new int[count];
    private final List<List<Long>> waits = new ArrayList<>();

    private Platform() {
      for (int hour = 0; hour < count; hour++) {
        waits.add(new ArrayList<>(0));
      }
    }
  }

  /** Time by hour: parts of hours, and how many whole hours begin less those that end. */
  private final class Time {
    private final long[] parts = new long[count];
    private final long[] wholes = new long[count + 1];

    /** Adds spans, so many times. */
    private void add(Usage.Sum sum, int times) {
      int first = index(sum.first());
      int last = index(sum.last());
      if (first == last) {
        parts[first] += times * (sum.intoLast() - sum.intoFirst());
        return;
      }
      parts[first] += times * (sum.spans() * HOUR - sum.intoFirst());
      parts[last] += times * sum.intoLast();
      wholes[first + 1] += (long) times * sum.spans();
      wholes[last] -= (long) times * sum.spans();
    }

    private long[] millis() {
      long[] millis = parts.clone();
      long running = 0;
      for (int hour = 0; hour < count; hour++) {
        running += wholes[hour];
        millis[hour] += running * HOUR;
      }
      return millis;
    }
  }

  private record Group(String platform, int slots) {}

  /** One hour, or all of them. */
  private record Cell(long capacityMs, long busyMs, int sessions, List<Long> waits) {}

  UsageHours(Usage.Query query, List<Device> seen, Optional<String> platform) {
    this.from = query.from().toEpochMilli();
    this.to = query.to().toEpochMilli();
    this.firstHour = query.from().truncatedTo(ChronoUnit.HOURS).toEpochMilli();
    this.count = (int) ((Math.max(from, to - 1) - firstHour) / HOUR) + 1;
    for (Device device : seen) {
      if (platform.isEmpty() || platform.get().equals(device.platform())) {
        devices.put(device.id(), device);
        of(device.platform()).slots += device.slots();
      }
    }
  }

  private Platform of(String platform) {
    return platforms.computeIfAbsent(platform, name -> new Platform());
  }

  private int index(long hour) {
    return (int) (hour - firstHour / HOUR);
  }

  private long start(int hour) {
    return firstHour + hour * HOUR;
  }

  /** How much of an hour is in the time of the query. */
  private long length(int hour) {
    return Math.max(0, Math.min(to, start(hour + 1)) - Math.max(from, start(hour)));
  }

  /** Returns which devices are summed up together: those of one platform with as many slots. */
  Map<DeviceId, Integer> groups() {
    Map<DeviceId, Integer> groups = new HashMap<>();
    Map<Group, Integer> numbers = new HashMap<>();
    devices.forEach(
        (id, device) -> {
          Group group = new Group(device.platform(), device.slots());
          groups.put(id, numbers.computeIfAbsent(group, this::numbered));
        });
    return groups;
  }

  private int numbered(Group group) {
    groups.add(group);
    return groups.size() - 1;
  }

  void add(Usage.Sum sum) {
    Group group = groups.get(sum.group());
    Platform platform = of(group.platform());
    if (sum.session()) {
      platform.busy.add(sum, 1);
      platform.sessions[index(sum.first())] += sum.begun();
    } else {
      platform.outOfService.add(sum, group.slots());
    }
  }

  void add(Usage.Wait wait) {
    Device device = devices.get(wait.device());
    long arrived = wait.arrived().toEpochMilli();
    if (device != null && arrived >= from && arrived < to) {
      of(device.platform()).waits.get(index(arrived / HOUR)).add(wait.waited().toMillis());
    }
  }

  Map<String, Object> body() {
    List<Map<String, Object>> hours = new ArrayList<>();
    Map<String, List<Cell>> cells = new LinkedHashMap<>();
    platforms.forEach((name, platform) -> cells.put(name, cells(platform)));
    for (int hour = 0; hour < count; hour++) {
      String at = ApiJson.time(Instant.ofEpochMilli(start(hour)));
      for (Map.Entry<String, List<Cell>> each : cells.entrySet()) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("at", at);
        hours.add(filled(row, each.getKey(), each.getValue().get(hour)));
      }
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("hours", hours);
    body.put(
        "platforms",
        cells.entrySet().stream()
            .map(each -> filled(new LinkedHashMap<>(), each.getKey(), sum(each.getValue())))
            .toList());
    return body;
  }

  private List<Cell> cells(Platform platform) {
    long[] busy = platform.busy.millis();
    long[] out = platform.outOfService.millis();
    List<Cell> cells = new ArrayList<>();
    for (int hour = 0; hour < count; hour++) {
      long capacity = Math.max(0, length(hour) * platform.slots - out[hour]);
      cells.add(new Cell(capacity, busy[hour], platform.sessions[hour], platform.waits.get(hour)));
    }
    return cells;
  }

  private static Cell sum(List<Cell> cells) {
    return new Cell(
        cells.stream().mapToLong(Cell::capacityMs).sum(),
        cells.stream().mapToLong(Cell::busyMs).sum(),
        cells.stream().mapToInt(Cell::sessions).sum(),
        cells.stream().flatMap(cell -> cell.waits().stream()).toList());
  }

  private static Map<String, Object> filled(Map<String, Object> row, String platform, Cell cell) {
    List<Long> sorted = cell.waits().stream().sorted().toList();
    Map<String, Object> waits = new LinkedHashMap<>();
    waits.put("count", sorted.size());
    waits.put("p50_ms", quantile(sorted, 0.5));
    waits.put("p90_ms", quantile(sorted, 0.9));
    row.put("platform", platform);
    row.put("capacity_sec", cell.capacityMs() / 1000);
    row.put("busy_sec", cell.busyMs() / 1000);
    row.put("sessions", cell.sessions());
    row.put("waits", waits);
    return row;
  }

  /** The nearest rank; 0 of nothing. */
  private static long quantile(List<Long> sorted, double part) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }
}
