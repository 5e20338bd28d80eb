package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.run.Exclusion;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunBinding;
import io.gridfleet.lb.selector.Attributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The API's view of one device; one shape for both generations of clients (rest.md#devices).
 *
 * @param what the description of the device in the API's terms
 * @param binding the live run that reserves it
 * @param caller the caller, whose access decides what is shown
 */
public record DeviceRow(
    DeviceStatus state, ReservedDevice what, Optional<RunBinding> binding, ApiCaller caller) {
  /** The reason recorded for maintenance without a given one; not a health finding. */
  static final String BY_OPERATOR = "Set by an operator";

  /** The attribute with what the inventory calls device_config; it may hold secrets. */
  private static final String CONFIGURATION = "device_config";

  private static final List<String> TEXTS =
      List.of(
          "pack_id",
          "platform_id",
          "platform_label",
          "identity_scheme",
          "identity_scope",
          "identity_value",
          "connection_target",
          "name",
          "os_version",
          "manufacturer",
          "model",
          "model_number",
          "device_type",
          "connection_type",
          "ip_address");

  private static final List<String> SUMMARY =
      List.of("name", "connection_target", "os_version", "manufacturer", "model");

  public String text(String field) {
    return what.field(field).orElse("");
  }

  /** {@code available}, {@code busy} or {@code offline}. */
  public String operationalState() {
    if (!state.locks().isEmpty() && state.has(Kind.LOCKED)) {
      return "busy";
    }
    boolean out =
        state.has(Kind.OFFLINE) || state.has(Kind.DRAINING) || state.has(Kind.MAINTENANCE);
    return out ? "offline" : "available";
  }

  @Nullable public String hold() {
    if (state.has(Kind.MAINTENANCE)) {
      return "maintenance";
    }
    return binding.isPresent() ? "reserved" : null;
  }

  /** Returns the status that the {@code status} filter compares. */
  public String status() {
    String operational = operationalState();
    String hold = hold();
    return operational.equals("busy") || hold == null ? operational : hold;
  }

  /** Returns whether the device is healthy; empty while unknown. */
  Optional<Boolean> healthy() {
    boolean ill =
        state.has(Kind.OFFLINE) || state.has(Kind.AVOIDED) || !maintenanceReason().isEmpty();
    return Optional.of(!ill);
  }

  private String maintenanceReason() {
    return state.override().maintenance().filter(why -> !why.equals(BY_OPERATOR)).orElse("");
  }

  boolean needsAttention() {
    return state.has(Kind.MAINTENANCE) || !healthy().orElse(true);
  }

  /** Returns the live run that reserves the device if the caller may see it. */
  private Optional<RunBinding> shown() {
    return binding.filter(caller::sees);
  }

  /** Returns whether a run or session of another tenant uses the device. */
  boolean heldByOthers() {
    boolean reserved = binding.isPresent() && shown().isEmpty();
    return reserved
        || state.locks().stream()
            .map(HeldLock::tenant)
            .anyMatch(tenant -> tenant.isPresent() && !caller.seesThatOf(tenant));
  }

  Set<String> groups() {
    return DeviceDescription.groups(state.device(), what.tags());
  }

  /** Returns the fields of DeviceRead. */
  Map<String, @Nullable Object> read(Instant now) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    String id = state.device().id().value();
    row.put("id", id);
    row.put("device_id", id);
    TEXTS.forEach(field -> row.put(field, what.field(field).orElse(null)));
    row.put("os_version_display", text("os_version"));
    row.put("host_id", HostIds.id(state.device().node()));
    row.put("operational_state", operationalState());
    row.put("hold", hold());
    row.put("is_reserved", binding.isPresent());
    row.put("tags", what.tags());
    row.put("groups", groups());
    row.put("software_versions", null);
    row.put("auto_manage", true);
    row.put(CONFIGURATION, caller.readsSecrets() ? config() : Map.of());
    row.put("battery_level_percent", null);
    row.put("battery_temperature_c", null);
    row.put("charging_state", null);
    row.put("hardware_health_status", "unknown");
    row.put("hardware_telemetry_reported_at", null);
    row.put("hardware_telemetry_state", "unknown");
    row.put("readiness_state", "verified");
    row.put("missing_setup_fields", List.of());
    row.put("verified_at", ApiJson.time(state.added()));
    row.put("reservation", shown().map(found -> reservation(found, now)).orElse(null));
    row.put("lifecycle_policy_summary", policy(now));
    row.put("needs_attention", needsAttention());
    row.put("health_summary", health(now));
    row.put("emulator_state", null);
    row.put("blocked_reason", null);
    row.put("inhibitors", inhibitors(now));
    row.put("created_at", ApiJson.time(state.added()));
    row.put("updated_at", ApiJson.time(state.added()));
    return row;
  }

  /** Returns what a table of many devices shows. */
  Map<String, @Nullable Object> summary(Instant now) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", state.device().id().value());
    SUMMARY.forEach(field -> row.put(field, what.field(field).orElse(null)));
    row.put("platform", state.device().platform());
    row.put("node", state.device().node().id().value());
    row.put("state", condition().code());
    row.put("inhibitors", inhibitors(now));
    row.put("tags", what.tags());
    row.put("run_id", shown().map(found -> found.run().id().value()).orElse(null));
    row.put("run_name", shown().map(found -> found.run().name()).orElse(null));
    return row;
  }

  private DeviceCondition condition() {
    return DeviceCondition.of(state.inhibitors(), state.locks(), binding.isPresent());
  }

  /** Returns the fields of DeviceHealth from past probes and attempts; sends no request. */
  Map<String, @Nullable Object> checks(Instant now) {
    boolean up = !state.has(Kind.OFFLINE);
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("running", up);
    node.put("port", state.device().node().url().getPort());
    node.put("state", up ? "running" : "stopped");
    Map<String, @Nullable Object> checks = new LinkedHashMap<>();
    checks.put("healthy", healthy().orElse(false));
    checks.put("detail", health(now).get("summary"));
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("platform", text("platform_id"));
    row.put("node", node);
    row.put("device_checks", checks);
    row.put("session_viability", null);
    row.put("lifecycle_policy", policy(now));
    row.put("healthy", healthy().orElse(false));
    return row;
  }

  /** Returns what a caller may read and select by: a viewer not what may hold secrets. */
  public static Attributes attributes(Device device, ApiCaller caller) {
    Attributes all = device.attributes();
    return caller.readsSecrets() ? all : all.without(CONFIGURATION);
  }

  /** The same for this row's caller. */
  Attributes attributes() {
    return attributes(state.device(), caller);
  }

  /** Returns the inventory's {@code device_config}, unchanged. */
  public Object config() {
    Object config = state.device().attributes().raw(CONFIGURATION);
    return config instanceof Map ? config : Map.of();
  }

  private static Map<String, @Nullable Object> reservation(RunBinding binding, Instant now) {
    Run run = binding.run();
    Reservation entry = binding.reservation();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("run_id", run.id().value());
    row.put("run_name", run.name());
    row.put("run_state", run.state().code());
    exclusion(row, entry, now);
    return row;
  }

  /** Adds the exclusion and cooldown fields that device rows and run rows share. */
  public static void exclusion(Map<String, @Nullable Object> row, Reservation entry, Instant now) {
    Optional<Exclusion> exclusion = entry.exclusion(now);
    Optional<Instant> until = exclusion.flatMap(Exclusion::until);
    row.put("excluded", exclusion.isPresent());
    row.put("exclusion_reason", exclusion.map(Exclusion::reason).orElse(null));
    row.put("excluded_at", ApiJson.time(exclusion.map(Exclusion::at)));
    row.put("excluded_until", ApiJson.time(until));
    row.put(
        "cooldown_remaining_sec",
        until.map(end -> Math.max(0, Duration.between(now, end).toSeconds())).orElse(null));
    row.put("cooldown_count", entry.cooldowns().count());
    row.put("cooldown_escalated", entry.cooldowns().escalated());
    row.put("attempt_failures", entry.failures());
    exclusion.flatMap(Exclusion::by).ifPresent(who -> row.put("excluded_by", who));
  }

  private Map<String, @Nullable Object> policy(Instant now) {
    Map<String, @Nullable Object> policy = new LinkedHashMap<>();
    Optional<Exclusion> exclusion = shown().flatMap(found -> found.reservation().exclusion(now));
    Optional<Inhibitor> avoided =
        state.inhibitors().stream().filter(i -> i.kind() == Kind.AVOIDED).findFirst();
    if (state.has(Kind.MAINTENANCE)) {
      policy(policy, "manual", "Maintenance", state.override().maintenance().orElse(null));
    } else if (exclusion.isPresent()) {
      policy(policy, "excluded", "Excluded from its run", exclusion.get().reason());
    } else if (avoided.isPresent()) {
      policy(policy, "backoff", "Avoided", avoided.get().detail());
    } else if (state.has(Kind.OFFLINE)) {
      policy(policy, "recoverable", "Offline", null);
    } else {
      policy(policy, "idle", "Idle", null);
    }
    policy.put("backoff_until", ApiJson.time(avoided.flatMap(Inhibitor::until)));
    return policy;
  }

  private static void policy(
      Map<String, @Nullable Object> row, String state, String label, @Nullable String detail) {
    row.put("state", state);
    row.put("label", label);
    row.put("detail", detail);
  }

  private Map<String, @Nullable Object> health(Instant now) {
    Map<String, @Nullable Object> health = new LinkedHashMap<>();
    health.put("healthy", healthy().orElse(null));
    String summary =
        state.inhibitors().stream()
            .filter(i -> i.kind() == Kind.OFFLINE || i.kind() == Kind.AVOIDED)
            .map(i -> i.detail().isEmpty() ? i.kind().words() : i.detail())
            .findFirst()
            .orElse("Healthy");
    health.put("summary", maintenanceReason().isEmpty() ? summary : maintenanceReason());
    health.put("last_checked_at", ApiJson.time(now));
    return health;
  }

  /** Returns the device's inhibitors and those of its reservation. */
  private List<Map<String, @Nullable Object>> inhibitors(Instant now) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    String run = shown().map(found -> "run " + found.run().name()).orElse("");
    binding.ifPresent(found -> all.add(inhibitor(Inhibitor.of(Kind.RESERVED, run))));
    state.inhibitors().stream()
        .filter(found -> found.kind() != Kind.RESERVED && found.kind() != Kind.COOLING_DOWN)
        .forEach(found -> all.add(inhibitor(shown(found))));
    shown()
        .flatMap(found -> found.reservation().exclusion(now))
        .ifPresent(
            found ->
                all.add(
                    inhibitor(
                        new Inhibitor(
                            Kind.COOLING_DOWN, found.reason(), found.until(), Optional.empty()))));
    return all;
  }

  /** Returns the inhibitor without its detail if the caller may not see the holder. */
  Inhibitor shown(Inhibitor found) {
    boolean names = found.kind() == Kind.LOCKED || found.kind() == Kind.RESERVED;
    return names && heldByOthers()
        ? new Inhibitor(found.kind(), "", found.until(), found.since())
        : found;
  }

  /** Returns the JSON form of an inhibitor. */
  public static Map<String, @Nullable Object> inhibitor(Inhibitor inhibitor) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("kind", inhibitor.kind().code());
    row.put("words", inhibitor.kind().words());
    row.put("detail", inhibitor.detail());
    row.put("until", ApiJson.time(inhibitor.until()));
    return row;
  }
}
