package io.gridfleet.lb.api;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.http.ValidationErrors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Health, availability and status of the server itself. */
public final class ServerRoutes {
  private final ServerHealth health;
  private final DeviceRows devices;

  public ServerRoutes(ServerHealth health, DeviceRows devices) {
    this.health = health;
    this.devices = devices;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
                "/health/live",
                "Returns 200 while the process lives",
                call -> ApiAnswers.now(Map.of("status", "ok")))
            .answers(200, "Status"),
        Operation.get(
                "/health/ready", "Returns 200 while a new session could be served", call -> ready())
            .answers(200, "Status")
            .answers(503, "Status"),
        Operation.get(
                "/api/health", "Returns the health of the server and its store", call -> health())
            .answers(200, "Health")
            .answers(503, "Health"),
        Operation.get(
                "/api/auth/session",
                "Returns the state of the browser login, which is always disabled",
                call -> login())
            .answers(200, "AuthSession"),
        Operation.get(
                "/api/availability",
                "Returns how many devices of a platform can be reserved now",
                this::availability)
            .query("platform_id", "count")
            .answers(200, "Availability")
            .refuses(422),
        Operation.get("/api/grid/status", "Returns the number of devices and sessions", this::grid)
            .answers(200, "GridStatus"));
  }

  private CompletionStage<ApiAnswer> ready() {
    boolean ready = health.ready();
    return CompletableFuture.completedStage(
        ApiAnswers.json(ready ? 200 : 503, Map.of("status", ready ? "ok" : "unavailable")));
  }

  private CompletionStage<ApiAnswer> health() {
    boolean store = health.storeAnswers();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", store ? "healthy" : "unhealthy");
    body.put("checks", Map.of("database", store ? "ok" : "unreachable"));
    body.put("version", health.version());
    return CompletableFuture.completedStage(ApiAnswers.json(store ? 200 : 503, body));
  }

  /** Browser logins don't exist; testkits check this route. */
  private static CompletionStage<ApiAnswer> login() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("enabled", false);
    body.put("authenticated", false);
    body.put("username", null);
    return ApiAnswers.now(body);
  }

  private CompletionStage<ApiAnswer> availability(ApiCall call) {
    QueryParameters query = call.query();
    String platform =
        query
            .text("platform_id")
            .orElseThrow(
                () ->
                    ValidationErrors.one(
                        "missing", List.of("query", "platform_id"), "Field required", null));
    int requested = query.number("count", 1, Integer.MAX_VALUE).orElse(1);
    query.check();
    long matched =
        devices.all(call.caller()).stream()
            .filter(row -> row.text("platform_id").equals(platform))
            .filter(row -> row.binding().isEmpty() && row.status().equals("available"))
            .count();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("available", matched >= requested);
    body.put("requested", requested);
    body.put("matched", matched);
    body.put("platform_id", platform);
    return ApiAnswers.now(body);
  }

  private CompletionStage<ApiAnswer> grid(ApiCall call) {
    List<DeviceRow> rows = devices.all(call.caller());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", health.ready());
    body.put("devices", rows.size());
    body.put("available", rows.stream().filter(row -> row.status().equals("available")).count());
    body.put("sessions", rows.stream().mapToLong(row -> row.state().locks().size()).sum());
    return ApiAnswers.now(body);
  }
}
