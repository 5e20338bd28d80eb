package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.selector.Selector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The filters, order and page of a device list (rest.md#devices). */
public final class DeviceQuery {
  static final String[] PARAMETERS = {
    "pack_id",
    "platform_id",
    "status",
    "host_id",
    "identity_value",
    "connection_target",
    "device_type",
    "connection_type",
    "os_version",
    "search",
    "hardware_health_status",
    "hardware_telemetry_state",
    "needs_attention",
    "reserved",
    "group",
    "tags.*",
    "selector",
    "view",
    "sort_by",
    "sort_dir",
    "limit",
    "offset"
  };

  private static final Set<String> STATUSES =
      Set.of("available", "busy", "offline", "maintenance", "reserved", "verifying");
  private static final Set<String> SORTS =
      Set.of(
          "name",
          "platform",
          "device_type",
          "connection_type",
          "os_version",
          "host",
          "status",
          "operational_state",
          "hold",
          "created_at");
  private static final Set<String> VIEWS = Set.of("full", "summary");
  private static final Set<String> DEVICE_TYPES = Set.of("real_device", "emulator", "simulator");
  public static final Set<String> CONNECTION_TYPES = Set.of("usb", "network", "virtual");

  /** GridFleet's own bound on a page. */
  private static final int MAX_PAGE_SIZE = 500;

  private final List<Predicate<DeviceRow>> filters = new ArrayList<>();
  private final @Nullable String sortBy;
  private final boolean ascending;
  private final List<String> groups;
  private final Optional<Integer> limit;
  private final int offset;
  private final boolean summary;

  DeviceQuery(QueryParameters query) {
    for (String field :
        List.of("pack_id", "platform_id", "identity_value", "connection_target", "os_version")) {
      query.text(field).ifPresent(value -> filters.add(row -> row.text(field).equals(value)));
    }
    query
        .oneOf("device_type", DEVICE_TYPES)
        .ifPresent(value -> filters.add(row -> row.text("device_type").equals(value)));
    query
        .oneOf("connection_type", CONNECTION_TYPES)
        .ifPresent(value -> filters.add(row -> row.text("connection_type").equals(value)));
    query.oneOf("status", STATUSES).ifPresent(value -> filters.add(r -> r.status().equals(value)));
    query
        .uuid("host_id")
        .ifPresent(id -> filters.add(row -> HostIds.id(row.state().device().node()).equals(id)));
    query.text("search").ifPresent(this::search);
    query.text("selector").map(SelectorText::read).ifPresent(this::matching);
    this.summary = query.oneOf("view", VIEWS).orElse("full").equals("summary");
    hardware(query);
    query
        .bool("needs_attention")
        .ifPresent(wanted -> filters.add(row -> row.needsAttention() == wanted));
    query
        .bool("reserved")
        .ifPresent(wanted -> filters.add(row -> row.binding().isPresent() == wanted));
    Map<String, String> tags = query.under("tags.");
    if (!tags.isEmpty()) {
      filters.add(row -> row.what().tags().entrySet().containsAll(tags.entrySet()));
    }
    this.groups = query.all("group");
    if (!groups.isEmpty()) {
      filters.add(row -> row.groups().containsAll(groups));
    }
    this.sortBy = sortedBy(query);
    this.ascending = query.oneOf("sort_dir", Set.of("asc", "desc")).orElse("desc").equals("asc");
    this.limit = query.number("limit", 1, MAX_PAGE_SIZE);
    this.offset = query.number("offset", 0, Integer.MAX_VALUE).orElse(0);
    query.check();
  }

  /** Telemetry isn't collected: its value is {@code unknown} for every device. */
  private void hardware(QueryParameters query) {
    query
        .oneOf("hardware_health_status", Set.of("unknown", "healthy", "warning", "critical"))
        .ifPresent(value -> filters.add(row -> value.equals("unknown")));
    query
        .oneOf("hardware_telemetry_state", Set.of("unknown", "fresh", "stale", "unsupported"))
        .ifPresent(value -> filters.add(row -> value.equals("unknown")));
  }

  private void search(String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    filters.add(
        row ->
            List.of("name", "identity_value", "connection_target").stream()
                .anyMatch(field -> row.text(field).toLowerCase(Locale.ROOT).contains(wanted)));
  }

  /** Sorts by the key of a field; null sorts by the time of the addition. */
  private static @Nullable String sortedBy(QueryParameters query) {
    return query.oneOf("sort_by", SORTS).filter(by -> !by.equals("created_at")).orElse(null);
  }

  /** What sorts devices of this key: the key, then the id. */
  private Comparator<Sorted> order() {
    Comparator<Sorted> order =
        sortBy == null
            ? Comparator.comparing((Sorted device) -> device.state().added())
            : Comparator.comparing(Sorted::key);
    return (ascending ? order : order.reversed())
        .thenComparing(device -> device.state().device().id());
  }

  /** A device with the key that it is sorted by. Its row isn't kept: a lab has many. */
  private record Sorted(DeviceStatus state, String key) {}

  private static String key(DeviceRow row, String by) {
    return switch (by) {
      case "platform" -> row.text("platform_id");
      case "host" -> row.state().device().node().id().value();
      case "status" -> row.status();
      case "operational_state" -> row.operationalState();
      case "hold" -> String.valueOf(row.hold());
      default -> row.text(by);
    };
  }

  private void matching(Selector selector) {
    filters.add(row -> selector.matches(row.attributes()));
  }

  /** Returns the JSON form of a device in this list. */
  Map<String, @Nullable Object> row(DeviceRow device, Instant now) {
    return summary ? device.summary(now) : device.read(now);
  }

  Optional<Integer> limit() {
    return limit;
  }

  int offset() {
    return offset;
  }

  /**
   * Returns the matching devices in order. Fails with 422 for a group without a device of the
   * caller.
   *
   * @param rows makes the row of a device, as often as it is needed
   */
  List<DeviceStatus> of(List<DeviceStatus> all, Function<DeviceStatus, DeviceRow> rows) {
    if (!groups.isEmpty()) {
      DeviceRows.checkGroups(groups, all.stream().map(rows).toList());
    }
    return all.stream()
        .map(state -> sorted(state, rows))
        .flatMap(Optional::stream)
        .sorted(order())
        .map(Sorted::state)
        .toList();
  }

  /** Returns the device if it passes the filters; its row is made only if something needs it. */
  private Optional<Sorted> sorted(DeviceStatus state, Function<DeviceStatus, DeviceRow> rows) {
    if (filters.isEmpty() && sortBy == null) {
      return Optional.of(new Sorted(state, ""));
    }
    DeviceRow row = rows.apply(state);
    return filters.stream().allMatch(filter -> filter.test(row))
        ? Optional.of(new Sorted(state, sortBy == null ? "" : key(row, sortBy)))
        : Optional.empty();
  }
}
