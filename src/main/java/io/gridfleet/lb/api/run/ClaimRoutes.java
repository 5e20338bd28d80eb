package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunException;
import io.gridfleet.lb.session.TextBound;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The claim routes of testkits before 0.7, disabled by default (test-suites.md). */
public final class ClaimRoutes {
  private static final Set<String> INCLUDES = Set.of("config", "test_data", "capabilities");

  private final RunCommands commands;
  private final RunRoutes runs;
  private final DeviceRows devices;
  private final InstantSource clock;

  public ClaimRoutes(
      RunCommands commands, RunRoutes runs, DeviceRows devices, InstantSource clock) {
    this.commands = commands;
    this.runs = runs;
    this.devices = devices;
    this.clock = clock;
  }

  public List<Operation> operations() {
    if (!commands.config().claims().enabled()) {
      return List.of();
    }
    return List.of(
        Operation.post("/api/runs/{id}/claim", "Claims a device of a run for a worker", this::claim)
            .query("include")
            .body("ClaimRequest")
            .answers(200, "ClaimedDevice")
            .refuses(404, 409, 422),
        Operation.post("/api/runs/{id}/release", "Releases a claimed device", this::release)
            .body("ReleaseRequest")
            .answers(200, "Released")
            .refuses(404, 409, 422),
        Operation.post(
                "/api/runs/{id}/devices/{device}/release-with-cooldown",
                "Releases a claimed device and starts its cooldown",
                this::releaseWithCooldown)
            .body("ReleaseWithCooldownRequest")
            .answers(200, "ReleasedWithCooldown")
            .refuses(404, 409, 422));
  }

  private CompletionStage<ApiAnswer> claim(ApiCall call) {
    ReservationIncludes includes = ReservationIncludes.of(call.query(), INCLUDES);
    RequestBody body = call.body();
    String worker = body.text("worker_id", TextBound.WORKER);
    body.check();
    return runs.seen(call, () -> commands.claim(call.run(), worker))
        .thenApply(entry -> ApiAnswers.ok(claimed(call, entry, includes)))
        .exceptionally(this::retryLater);
  }

  private Map<String, @Nullable Object> claimed(
      ApiCall call, Reservation entry, ReservationIncludes includes) {
    Map<String, @Nullable Object> row = RunRow.plain(entry);
    row.put("claimed_by", entry.claim().map(claim -> claim.worker()).orElse(null));
    row.put("claimed_at", ApiJson.time(entry.claim().map(claim -> claim.at())));
    row.put("config", null);
    row.put("live_capabilities", null);
    row.put("test_data", null);
    row.put("unavailable_includes", null);
    includes.add(row, entry, devices, call.caller());
    return row;
  }

  private ApiAnswer retryLater(Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof RunException refused
        && refused.kind() == RunException.Kind.NOTHING_CLAIMABLE) {
      long seconds = commands.config().claims().retryAfter().toSeconds();
      ApiError error = RunErrors.of(refused);
      Map<String, Object> details = new LinkedHashMap<>();
      if (error.details() instanceof Map<?, ?> known) {
        known.forEach((key, value) -> details.put(String.valueOf(key), value));
      }
      details.put("retry_after_sec", seconds);
      throw ApiError.of(409, String.valueOf(error.getMessage()), details)
          .withHeader("Retry-After", Long.toString(seconds));
    }
    throw Failures.unchecked(cause);
  }

  private CompletionStage<ApiAnswer> release(ApiCall call) {
    RequestBody body = call.body();
    Optional<String> device = body.uuid("device_id");
    String worker = body.text("worker_id", TextBound.WORKER);
    if (!body.has("device_id")) {
      body.text("device_id");
    }
    body.check();
    DeviceId given = new DeviceId(device.orElse(""));
    return runs.seen(call, () -> commands.releaseClaim(call.run(), given, worker))
        .thenApply(run -> ApiAnswers.ok(Map.of("status", "released")));
  }

  private CompletionStage<ApiAnswer> releaseWithCooldown(ApiCall call) {
    DeviceId device = call.device("device");
    RequestBody body = call.body();
    String worker = body.text("worker_id", TextBound.WORKER);
    String reason = body.text("reason", 1, TextBound.COOLDOWN_REASON.longest());
    int ttl = body.requiredNumber("ttl_seconds", 1);
    body.check();
    return runs.seen(call, () -> commands.releaseClaim(call.run(), device, worker))
        .thenCompose(
            run ->
                commands.coolDown(
                    run.id(), device, reason, Duration.ofSeconds(ttl), call.caller().actor()))
        .thenCombine(
            runs.exists(call), (entry, run) -> ApiAnswers.ok(cooled(call.caller(), entry, run)));
  }

  private Map<String, @Nullable Object> cooled(ApiCaller caller, Reservation entry, Run run) {
    Instant now = clock.instant();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    boolean escalated = entry.cooldowns().escalated();
    row.put("status", escalated ? "maintenance_escalated" : "cooldown_set");
    row.put("reservation", RunRow.device(entry, now));
    Optional<DeviceRow> device = devices.find(entry.device(), caller);
    row.put("device_operational_state", device.map(DeviceRow::operationalState).orElse("offline"));
    row.put("device_hold", device.map(DeviceRow::hold).orElse(null));
    if (escalated) {
      row.put("cooldown_count", entry.cooldowns().count());
      row.put("threshold", commands.config().cooldown().threshold());
    } else {
      Optional<Instant> until = entry.exclusion().flatMap(found -> found.until());
      row.put(
          "retry_after_sec",
          until.map(end -> Math.max(0, Duration.between(now, end).toSeconds())).orElse(0L));
      row.put("excluded_until", ApiJson.time(until));
    }
    row.put("run_state", run.state().code());
    return row;
  }
}
