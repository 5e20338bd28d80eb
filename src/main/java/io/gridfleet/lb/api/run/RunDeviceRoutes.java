package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.Exclusion;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.session.TextBound;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Routes by which a suite reports on a device of its run (rest.md#devices-of-a-run). */
public final class RunDeviceRoutes {
  private final RunCommands commands;

  private final RunRoutes runs;
  private final DeviceRows devices;

  public RunDeviceRoutes(RunCommands commands, RunRoutes runs, DeviceRows devices) {
    this.commands = commands;
    this.runs = runs;
    this.devices = devices;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.post(
                "/api/runs/{id}/devices/{device}/preparation-failed",
                "Excludes a device from its run and puts it into maintenance",
                this::preparationFailed)
            .body("PreparationFailure")
            .answers(200, "Run")
            .refuses(409, 422),
        Operation.post(
                "/api/runs/{id}/devices/{device}/cooldown",
                "Starts a device's cooldown in its run",
                this::cooldown)
            .body("CooldownRequest")
            .answers(200, "Cooldown")
            .refuses(404, 409, 422));
  }

  private CompletionStage<ApiAnswer> preparationFailed(ApiCall call) {
    DeviceId device = call.device("device");
    RequestBody body = call.body().only(Set.of("message", "source"));
    String message = body.text("message", TextBound.PREPARATION_MESSAGE);
    body.optionalText("source");
    body.check();
    CompletionStage<Run> reported =
        runs.seen(
            call,
            () ->
                commands.reportPreparationFailure(
                    call.run(), device, message, call.caller().actor()));
    return runs.answer(reported.exceptionally(RunErrors.unknownIsConflict()));
  }

  private CompletionStage<ApiAnswer> cooldown(ApiCall call) {
    DeviceId device = call.device("device");
    RequestBody body = call.body().only(Set.of("reason", "ttl_seconds"));
    String reason = body.text("reason", 1, TextBound.COOLDOWN_REASON.longest());
    int ttl = body.requiredNumber("ttl_seconds", 1);
    body.check();
    return runs.exists(call)
        .thenCompose(
            run -> {
              if (devices.find(device, call.caller()).isEmpty() && run.holding(device).isEmpty()) {
                throw ApiError.notFound("Device %s was not found".formatted(device));
              }
              return commands.coolDown(
                  run.id(), device, reason, Duration.ofSeconds(ttl), call.caller().actor());
            })
        .thenApply(entry -> ApiAnswers.ok(set(entry)));
  }

  private Map<String, Object> set(Reservation entry) {
    Map<String, Object> row = new LinkedHashMap<>();
    if (entry.cooldowns().escalated()) {
      row.put("status", "maintenance_escalated");
      row.put("cooldown_count", entry.cooldowns().count());
      row.put("threshold", commands.config().cooldown().threshold());
    } else {
      row.put("status", "cooldown_set");
      entry
          .exclusion()
          .flatMap(Exclusion::until)
          .ifPresent(until -> row.put("excluded_until", ApiJson.time(until)));
      row.put("cooldown_count", entry.cooldowns().count());
    }
    return row;
  }
}
