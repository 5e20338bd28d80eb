package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.OperatorLocks;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.session.TextBound;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Routes of devices: lists, single rows, configuration, maintenance and operator locks. */
public final class DeviceRoutes {
  private final DeviceRows rows;
  private final ChangeOverride overrides;
  private final OperatorLocks locks;
  private final DeviceSessions sessions;
  private final InstantSource clock;

  /** Reads the sessions of a device. */
  @FunctionalInterface
  public interface DeviceSessions {
    /** Returns the newest sessions of a device, as its detail has them. */
    CompletionStage<List<Map<String, @Nullable Object>>> ofDevice(
        DeviceId device, ApiCaller caller);
  }

  public DeviceRoutes(
      DeviceRows rows,
      ChangeOverride overrides,
      OperatorLocks locks,
      DeviceSessions sessions,
      InstantSource clock) {
    this.rows = rows;
    this.overrides = overrides;
    this.locks = locks;
    this.sessions = sessions;
    this.clock = clock;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/devices", "Lists devices", this::list)
            .query(DeviceQuery.PARAMETERS)
            .answers(200, "Devices")
            .refuses(400, 422),
        Operation.get("/api/devices/{id}", "Returns a device", this::detail)
            .answers(200, "DeviceDetail")
            .refuses(404, 422),
        Operation.of("PATCH", "/api/devices/{id}", "Replaces a device's tag overrides", this::retag)
            .body("DevicePatch")
            .answers(200, "Device")
            .refuses(404, 422),
        Operation.get(
                "/api/devices/by-connection-target/{target}",
                "Returns the device of a connection target (appium:udid)",
                this::byTarget)
            .answers(200, "Device")
            .refuses(404),
        Operation.get("/api/devices/{id}/health", "Returns a device's health", this::health)
            .answers(200, "DeviceHealth")
            .refuses(404, 422),
        Operation.get("/api/devices/{id}/config", "Returns a device's configuration", this::config)
            .query("keys")
            .answers(200, "Object")
            .refuses(404, 422),
        Operation.get(
                "/api/devices/{id}/capabilities",
                "Returns the capabilities of a device's sessions",
                call -> ApiAnswers.now(DeviceCapabilities.of(row(call), rows.packs())))
            .answers(200, "Object")
            .refuses(404, 422),
        Operation.post(
                "/api/devices/{id}/maintenance", "Puts a device into maintenance", this::enter)
            .body("MaintenanceRequest")
            .answers(200, "Device")
            .refuses(404, 409, 422),
        Operation.post(
                "/api/devices/{id}/maintenance/exit", "Ends a device's maintenance", this::exit)
            .answers(200, "Device")
            .refuses(404, 409, 422),
        Operation.post("/api/devices/{id}/lock", "Locks a device for an operator", this::lock)
            .body("LockRequest")
            .answers(200, "Device")
            .refuses(404, 409, 422),
        Operation.post("/api/devices/{id}/unlock", "Releases an operator's lock", this::unlock)
            .answers(200, "Device")
            .refuses(404, 409, 422));
  }

  private DeviceRow row(ApiCall call) {
    return rows.get(call.device("id"), call.caller());
  }

  private CompletionStage<ApiAnswer> list(ApiCall call) {
    DeviceQuery query = new DeviceQuery(call.query());
    Instant now = clock.instant();
    Function<DeviceStatus, DeviceRow> row = state -> rows.row(state, call.caller());
    List<DeviceStatus> found = query.of(rows.states(call.caller()), row);
    Function<DeviceStatus, Object> json = state -> query.row(row.apply(state), now);
    if (query.limit().isEmpty()) {
      return ApiAnswers.array(found, json);
    }
    int limit = query.limit().get();
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("items", found.stream().skip(query.offset()).limit(limit).map(json).toList());
    page.put("total", found.size());
    page.put("limit", limit);
    page.put("offset", query.offset());
    return ApiAnswers.now(page);
  }

  private CompletionStage<ApiAnswer> detail(ApiCall call) {
    DeviceRow row = row(call);
    return sessions
        .ofDevice(row.state().device().id(), call.caller())
        .thenApply(
            found -> {
              Map<String, @Nullable Object> detail = row.read(clock.instant());
              detail.put("attributes", attributes(row.attributes()));
              detail.put("appium_node", node(row));
              detail.put("sessions", found);
              return ApiAnswers.ok(detail);
            });
  }

  /** What a selector of the caller can name of a device. */
  private static Map<String, @Nullable Object> attributes(Attributes of) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    of.keys()
        .forEach(
            key -> {
              Object value = of.raw(key);
              if (value != null) {
                attributes.put(key, value);
              }
            });
    return attributes;
  }

  private CompletionStage<ApiAnswer> health(ApiCall call) {
    return ApiAnswers.now(row(call).checks(clock.instant()));
  }

  private static Map<String, @Nullable Object> node(DeviceRow row) {
    var url = row.state().device().node().url();
    boolean up = !row.operationalState().equals("offline");
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("id", HostIds.id(row.state().device().node()));
    node.put("port", url.getPort());
    node.put("grid_url", url.toString());
    node.put("pid", null);
    node.put("container_id", null);
    node.put("active_connection_target", row.text("connection_target"));
    node.put("started_at", ApiJson.time(row.state().added()));
    node.put("desired_state", "running");
    node.put("effective_state", up ? "running" : "stopped");
    return node;
  }

  private CompletionStage<ApiAnswer> byTarget(ApiCall call) {
    String target = call.path("target");
    DeviceRow row =
        rows.byTarget(target, call.caller())
            .orElseThrow(() -> ApiError.notFound("No device has the connection target " + target));
    return ApiAnswers.now(row.read(clock.instant()));
  }

  private CompletionStage<ApiAnswer> config(ApiCall call) {
    Object config = row(call).config();
    Optional<String> keys = call.query().text("keys");
    if (keys.isPresent() && config instanceof Map<?, ?> whole) {
      Set<String> wanted = Set.of(keys.get().split("\\s*,\\s*"));
      Map<Object, Object> part = new LinkedHashMap<>(whole);
      part.keySet().removeIf(key -> !wanted.contains(String.valueOf(key)));
      return ApiAnswers.now(part);
    }
    return ApiAnswers.now(config);
  }

  private CompletionStage<ApiAnswer> retag(ApiCall call) {
    DeviceId device = row(call).state().device().id();
    RequestBody body = call.body().only(Set.of("tags"));
    Map<String, String> tags = body.texts("tags");
    boolean given = body.has("tags");
    body.check();
    return given ? answer(call, overrides.tags(device, tags)) : again(call);
  }

  private CompletionStage<ApiAnswer> enter(ApiCall call) {
    DeviceRow row = row(call);
    RequestBody body = call.body();
    String reason =
        body.optionalText("reason", TextBound.MAINTENANCE_REASON)
            .filter(text -> !text.isBlank())
            .orElse(DeviceRow.BY_OPERATOR);
    body.check();
    if (row.binding().isPresent()) {
      throw ApiError.of(
          409, "Device is reserved by an active run; release the run before entering maintenance");
    }
    return answer(
        call, overrides.maintenance(row.state().device().id(), Optional.of(reason), by(call)));
  }

  private CompletionStage<ApiAnswer> exit(ApiCall call) {
    DeviceRow row = row(call);
    DeviceId device = row.state().device().id();
    if (row.state().override().maintenance().isEmpty()) {
      throw ApiError.of(409, "Device %s is not in maintenance".formatted(device));
    }
    return answer(call, overrides.maintenance(device, Optional.empty(), by(call)));
  }

  private CompletionStage<ApiAnswer> lock(ApiCall call) {
    DeviceRow row = row(call);
    ApiCaller caller = call.caller();
    String operator = caller.tenant().isAnonymous() ? "operator" : caller.actor();
    if (call.request().body().length > 0) {
      RequestBody body = call.body();
      operator =
          body.optionalText("operator", TextBound.OPERATOR)
              .filter(text -> !text.isBlank())
              .orElse(operator);
      body.check();
    }
    return answer(call, locks.lock(row.state().device(), operator, by(call)));
  }

  private CompletionStage<ApiAnswer> unlock(ApiCall call) {
    DeviceRow row = row(call);
    return answer(call, locks.unlock(row.state().device(), by(call)));
  }

  private static String by(ApiCall call) {
    return call.caller().actor();
  }

  private CompletionStage<ApiAnswer> answer(ApiCall call, CompletionStage<?> change) {
    return change.thenCompose(done -> again(call));
  }

  private CompletionStage<ApiAnswer> again(ApiCall call) {
    return CompletableFuture.completedStage(ApiAnswers.ok(row(call).read(clock.instant())));
  }
}
