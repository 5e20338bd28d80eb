package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.run.Claims;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The API's view of a run (rest.md#runs). */
record RunRow(Run run, Instant now) {
  private static final List<String> DEVICE_FIELDS =
      List.of(
          "identity_value",
          "pack_id",
          "platform_id",
          "os_version",
          "name",
          "connection_target",
          "platform_label",
          "host_ip",
          "device_type",
          "connection_type",
          "manufacturer",
          "model");

  /** Returns the body of a successful creation. */
  Map<String, @Nullable Object> created(
      List<Map<String, @Nullable Object>> devices, String gridUrl) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", run.id().value());
    row.put("name", run.name());
    row.put("state", run.state().code());
    row.put("devices", devices);
    row.put("grid_url", gridUrl);
    row.put("ttl_minutes", run.request().ttl().toMinutes());
    row.put("heartbeat_timeout_sec", run.request().heartbeatTimeout().toSeconds());
    row.put("created_at", ApiJson.time(run.times().created()));
    return row;
  }

  /** Returns the fields of RunRead. */
  Map<String, @Nullable Object> read(Map<String, Long> sessionCounts) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", run.id().value());
    row.put("name", run.name());
    row.put("state", run.state().code());
    row.put(
        "requirements", run.request().requirements().stream().map(RunRow::requirement).toList());
    row.put("ttl_minutes", run.request().ttl().toMinutes());
    row.put("heartbeat_timeout_sec", run.request().heartbeatTimeout().toSeconds());
    row.put("reserved_devices", run.reservations().isEmpty() ? null : devices());
    row.put("error", run.status().error().orElse(null));
    row.put("created_at", ApiJson.time(run.times().created()));
    row.put("started_at", ApiJson.time(run.times().started()));
    row.put("completed_at", ApiJson.time(run.times().completed()));
    row.put("created_by", run.request().createdBy().orElse(null));
    row.put("last_heartbeat", ApiJson.time(run.times().lastHeartbeat()));
    run.status().by().ifPresent(who -> row.put("ended_by", who));
    row.put("session_counts", sessionCounts);
    return row;
  }

  /** Returns the fields of RunRead and the devices. */
  Map<String, @Nullable Object> detail(Map<String, Long> sessionCounts) {
    Map<String, @Nullable Object> row = read(sessionCounts);
    row.put("devices", devices());
    List<Map<String, @Nullable Object>> claims = claims();
    if (!claims.isEmpty()) {
      row.put("claims", claims);
    }
    return row;
  }

  /** Returns which worker had which device, for testkits that claim them. */
  private List<Map<String, @Nullable Object>> claims() {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Reservation entry : run.reservations()) {
      for (Claims.Ended claim : entry.claims().ended()) {
        rows.add(claim(entry, claim.worker(), claim.at(), Optional.of(claim.until())));
      }
      entry
          .claim()
          .ifPresent(claim -> rows.add(claim(entry, claim.worker(), claim.at(), Optional.empty())));
    }
    return rows;
  }

  private static Map<String, @Nullable Object> claim(
      Reservation entry, String worker, Instant at, Optional<Instant> until) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("worker_id", worker);
    row.put("device_id", entry.device().value());
    row.put("claimed_at", ApiJson.time(at));
    row.put("released_at", ApiJson.time(until));
    return row;
  }

  private List<Map<String, @Nullable Object>> devices() {
    return run.reservations().stream().map(entry -> device(entry, now)).toList();
  }

  /** Returns the fields of ReservedDeviceInfo; the creation adds included members. */
  static Map<String, @Nullable Object> device(Reservation entry, Instant now) {
    Map<String, @Nullable Object> row = plain(entry);
    DeviceRow.exclusion(row, entry, now);
    row.put("config", null);
    row.put("live_capabilities", null);
    row.put("test_data", null);
    row.put("unavailable_includes", null);
    return row;
  }

  /** Returns the fields of the device itself. */
  static Map<String, @Nullable Object> plain(Reservation entry) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("device_id", entry.device().value());
    DEVICE_FIELDS.forEach(name -> row.put(name, entry.snapshot().field(name).orElse(null)));
    row.put("tags", entry.snapshot().tags());
    return row;
  }

  private static Map<String, Object> requirement(Requirement requirement) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pack_id", requirement.packId());
    row.put("platform_id", requirement.platformId());
    requirement.osVersion().ifPresent(version -> row.put("os_version", version));
    if (requirement.amount() instanceof Requirement.AllAvailable all) {
      row.put("allocation", "all_available");
      row.put("min_count", all.atLeast());
    } else {
      row.put("count", requirement.amount().atLeast());
    }
    if (!requirement.tags().isEmpty()) {
      row.put("tags", requirement.tags());
    }
    if (!requirement.groups().isEmpty()) {
      row.put("groups", requirement.groups());
    }
    return row;
  }
}
