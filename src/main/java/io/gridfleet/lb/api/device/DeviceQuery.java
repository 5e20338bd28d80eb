package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.selector.Selector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final Comparator<DeviceRow> order;
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
    filters.add(row -> row.what().tags().entrySet().containsAll(tags.entrySet()));
    this.groups = query.all("group");
    filters.add(row -> row.groups().containsAll(groups));
    this.order = order(query);
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

  private static Comparator<DeviceRow> order(QueryParameters query) {
    String by = query.oneOf("sort_by", SORTS).orElse("created_at");
    boolean ascending = query.oneOf("sort_dir", Set.of("asc", "desc")).orElse("desc").equals("asc");
    Comparator<DeviceRow> order =
        by.equals("created_at")
            ? Comparator.comparing((DeviceRow row) -> row.state().added())
            : Comparator.comparing((DeviceRow row) -> key(row, by));
    return (ascending ? order : order.reversed()).thenComparing(row -> row.state().device().id());
  }

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
   */
  List<DeviceRow> of(List<DeviceRow> all) {
    DeviceRows.checkGroups(groups, all);
    return all.stream()
        .filter(row -> filters.stream().allMatch(filter -> filter.test(row)))
        .sorted(order)
        .toList();
  }
}
