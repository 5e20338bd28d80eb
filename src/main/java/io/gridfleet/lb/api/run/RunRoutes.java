package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.session.SessionRoutes;
import io.gridfleet.lb.api.session.SessionRows;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunException;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.Runs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Routes of runs (rest.md#runs). */
public final class RunRoutes {
  /**
   * How long an answer waits for sessions to end: clients wait 10 s. Sessions continue to end after
   * the answer.
   */
  private static final long SESSIONS_END_WITHIN_SECONDS = 6;

  private final Runs runs;
  private final RunCommands commands;
  private final DeviceRows devices;
  private final SessionRows sessions;
  private final RunPages pages;
  private final InstantSource clock;
  private final Function<ApiRequest, String> gridUrl;

  /**
   * @param gridUrl the WebDriver URL as the client of a request reaches it
   */
  public RunRoutes(
      Runs runs,
      RunCommands commands,
      DeviceRows devices,
      SessionRoutes sessions,
      InstantSource clock,
      Function<ApiRequest, String> gridUrl) {
    this.runs = runs;
    this.commands = commands;
    this.devices = devices;
    this.sessions = sessions.rows();
    this.pages = new RunPages(runs, sessions.rows(), clock);
    this.clock = clock;
    this.gridUrl = gridUrl;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/runs", "Lists runs", pages::list)
            .query(
                "state",
                "created_from",
                "created_to",
                "limit",
                "offset",
                "cursor",
                "direction",
                "sort_by",
                "sort_dir")
            .answers(200, "RunPage")
            .refuses(422),
        Operation.post(
                "/api/runs", "Creates a run and reserves all its devices, or none", this::create)
            .query("include")
            .body("RunCreate")
            .answers(201, "RunCreated")
            .refuses(409, 422),
        Operation.get("/api/runs/{id}", "Returns a run", this::read)
            .answers(200, "RunDetail")
            .refuses(404, 422),
        step(
            "ready",
            "Makes a preparing run active",
            call -> seen(call, () -> commands.ready(call.run()))),
        step(
            "active",
            "Makes a run active; no error if it is",
            call -> seen(call, () -> commands.activate(call.run()))),
        step(
            "complete",
            "Completes a run; its sessions continue",
            call -> seen(call, () -> commands.complete(call.run()))),
        step(
            "cancel",
            "Cancels a run and ends its sessions",
            call ->
                soon(call, seen(call, () -> commands.cancel(call.run(), call.caller().actor())))),
        Operation.post(
                "/api/runs/{id}/force-release",
                "Cancels a run in any state and ends its sessions",
                call ->
                    answer(soon(call, commands.forceRelease(call.run(), call.caller().actor()))))
            .answers(200, "Run")
            .refuses(404, 422),
        Operation.post("/api/runs/{id}/heartbeat", "Records a run's heartbeat", this::heartbeat)
            .answers(200, "Heartbeat")
            .refuses(404, 422));
  }

  /** Runs a command if the caller may see the run; otherwise fails as for an unknown run. */
  <T> CompletionStage<T> seen(ApiCall call, Supplier<CompletionStage<T>> command) {
    if (call.caller().seesAll()) {
      return command.get();
    }
    return runs.find(call.run())
        .thenCompose(
            found -> {
              if (found.filter(call.caller()::sees).isEmpty()) {
                throw RunException.unknown(call.run());
              }
              return command.get();
            });
  }

  /** Returns an operation that changes the run's state; an unknown run is 409. */
  private Operation step(
      String name, String summary, Function<ApiCall, CompletionStage<Run>> command) {
    return Operation.post(
            "/api/runs/{id}/" + name,
            summary,
            call -> answer(command.apply(call).exceptionally(RunErrors.unknownIsConflict())))
        .answers(200, "Run")
        .refuses(409, 422);
  }

  /** Waits for sessions to end, at most {@link #SESSIONS_END_WITHIN_SECONDS}. */
  private CompletionStage<Run> soon(ApiCall call, CompletionStage<Run> ending) {
    CompletableFuture<Run> future = ending.toCompletableFuture().copy();
    CompletableFuture<Boolean> waited =
        future
            .handle((run, failure) -> true)
            .completeOnTimeout(false, SESSIONS_END_WITHIN_SECONDS, TimeUnit.SECONDS);
    return waited.thenCompose(done -> done ? future : exists(call));
  }

  /** Returns the run; fails with 404 if the caller may not see it. */
  CompletionStage<Run> exists(ApiCall call) {
    RunId id = call.run();
    return runs.find(id)
        .thenApply(
            found ->
                found
                    .filter(call.caller()::sees)
                    .orElseThrow(() -> ApiError.notFound("Run %s was not found".formatted(id))));
  }

  private CompletionStage<ApiAnswer> create(ApiCall call) {
    ReservationIncludes includes =
        ReservationIncludes.of(call.query(), Set.of("config", "test_data"));
    Tenant tenant = call.caller().tenant();
    var request = RunBody.read(call.body(), commands.config(), tenant.name());
    List<String> groups =
        request.requirements().stream().flatMap(one -> one.groups().stream()).toList();
    if (!groups.isEmpty()) {
      DeviceRows.checkGroups(groups, devices.all(call.caller()));
    }
    return commands
        .reserve(request, tenant.devices())
        .thenApply(
            run -> {
              Instant now = clock.instant();
              List<Map<String, @Nullable Object>> rows =
                  run.reservations().stream()
                      .map(
                          entry -> {
                            Map<String, @Nullable Object> row = RunRow.device(entry, now);
                            includes.add(row, entry, devices, call.caller());
                            return row;
                          })
                      .toList();
              String url = gridUrl.apply(call.request());
              return ApiAnswers.json(201, new RunRow(run, now).created(rows, url));
            });
  }

  private CompletionStage<ApiAnswer> read(ApiCall call) {
    return exists(call)
        .thenCompose(
            run ->
                counts(run.id())
                    .thenApply(
                        counts -> ApiAnswers.ok(new RunRow(run, clock.instant()).detail(counts))));
  }

  CompletionStage<ApiAnswer> answer(CompletionStage<Run> command) {
    return command.thenCompose(
        run ->
            counts(run.id())
                .thenApply(counts -> ApiAnswers.ok(new RunRow(run, clock.instant()).read(counts))));
  }

  private CompletionStage<Map<String, Long>> counts(RunId run) {
    return sessions
        .counts(List.of(run), clock.instant())
        .thenApply(counts -> counts.getOrDefault(run, Map.of()));
  }

  private CompletionStage<ApiAnswer> heartbeat(ApiCall call) {
    return seen(call, () -> commands.beat(call.run()))
        .thenApply(
            run -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("state", run.state().code());
              row.put("last_heartbeat", ApiJson.time(run.times().lastHeartbeat()));
              return ApiAnswers.ok(row);
            });
  }
}
