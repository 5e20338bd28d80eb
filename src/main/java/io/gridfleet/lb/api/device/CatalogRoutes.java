package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.run.DriverPack;
import io.gridfleet.lb.run.Platform;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.Runs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The catalog of driver packs (test-suites.md#packs-and-platforms). */
public final class CatalogRoutes {
  private final DeviceRows devices;
  private final Runs runs;

  public CatalogRoutes(DeviceRows devices, Runs runs) {
    this.devices = devices;
    this.runs = runs;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/driver-packs/catalog", "Lists driver packs", this::catalog)
            .answers(200, "Catalog"));
  }

  private CompletionStage<ApiAnswer> catalog(ApiCall call) {
    return runs.live()
        .thenApply(
            live -> {
              List<DeviceRow> rows = devices.all(call.caller());
              List<Run> seen = live.stream().filter(call.caller()::sees).toList();
              return ApiAnswers.ok(
                  Map.of(
                      "packs",
                      devices.packs().packs().stream()
                          .map(pack -> pack(pack, seen, rows))
                          .toList()));
            });
  }

  private static Map<String, @Nullable Object> pack(
      DriverPack pack, List<Run> live, List<DeviceRow> rows) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", pack.id());
    row.put("display_name", pack.displayName());
    row.put("maintainer", "gridfleet-lb");
    row.put("license", "Apache-2.0");
    row.put("state", pack.state().code());
    row.put("current_release", null);
    row.put("platforms", pack.platforms().stream().map(CatalogRoutes::platform).toList());
    row.put("appium_server", null);
    row.put("appium_driver", driver(pack));
    row.put("workarounds", List.of());
    row.put("doctor", List.of());
    row.put("insecure_features", List.of());
    row.put("features", Map.of());
    row.put("runtime_policy", Map.of("strategy", "recommended"));
    row.put("active_runs", activeRuns(pack, live));
    row.put("live_sessions", liveSessions(pack, rows));
    row.put("derived_from", null);
    row.put("runtime_summary", runtime());
    return row;
  }

  private static Map<String, Object> driver(DriverPack pack) {
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("source", "npm");
    driver.put("package", pack.driver());
    driver.put("version", "*");
    driver.put("known_bad", List.of());
    return driver;
  }

  private static Map<String, Object> runtime() {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("installed_hosts", 0);
    summary.put("blocked_hosts", 0);
    summary.put("actual_appium_server_versions", List.of());
    summary.put("actual_appium_driver_versions", List.of());
    summary.put("driver_drift_hosts", 0);
    return summary;
  }

  private static long activeRuns(DriverPack pack, List<Run> live) {
    return live.stream()
        .filter(
            run ->
                run.reservations().stream()
                    .anyMatch(
                        e -> e.snapshot().field("pack_id").filter(pack.id()::equals).isPresent()))
        .count();
  }

  private static long liveSessions(DriverPack pack, List<DeviceRow> rows) {
    return rows.stream()
        .filter(row -> row.text("pack_id").equals(pack.id()))
        .mapToLong(row -> row.state().locks().size())
        .sum();
  }

  private static Map<String, Object> platform(Platform platform) {
    Map<String, Object> row = new LinkedHashMap<>();
    boolean android = platform.platformName().equals("Android");
    row.put("id", platform.id());
    row.put("display_name", platform.label());
    row.put("automation_name", platform.automationName());
    row.put("appium_platform_name", platform.platformName());
    row.put("device_types", platform.deviceTypes());
    row.put("connection_types", platform.connectionTypes());
    row.put("grid_slots", android ? List.of("native", "chrome") : List.of("native"));
    row.put("identity_scheme", android ? "android_serial" : "udid");
    row.put("identity_scope", "global");
    row.put("lifecycle_actions", List.of());
    row.put("health_checks", List.of());
    row.put("device_fields_schema", List.of());
    row.put(
        "capabilities",
        Map.of(
            "stereotype", Map.of("appium:platform", platform.id()), "session_required", List.of()));
    row.put("display_metadata", Map.of());
    row.put("default_capabilities", Map.of());
    row.put("connection_behavior", Map.of());
    row.put("parallel_resources", ports(android));
    row.put("device_type_overrides", Map.of());
    return row;
  }

  /**
   * GridFleet's first ports, for clients that read them; this server takes ports from the
   * inventory.
   */
  private static Map<String, Object> ports(boolean android) {
    List<Map<String, Object>> ports =
        android
            ? List.of(
                port("appium:systemPort", 8200),
                port("appium:chromedriverPort", 9515),
                port("appium:mjpegServerPort", 9200))
            : List.of();
    return Map.of("ports", ports, "derived_data_path", false);
  }

  private static Map<String, Object> port(String capability, int start) {
    return Map.of("capability_name", capability, "start", start);
  }
}
