package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.RunBinding;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages.Filter;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Routes of sessions: lists, single rows, and reports of suites, which come in any order
 * (rest.md#sessions).
 */
public final class SessionRoutes {
  static final Set<String> OUTCOMES = Set.of("running", "passed", "failed", "error");

  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE_SIZE = 500;

  /** The number of sessions in a device's detail. */
  private static final int OF_A_DEVICE = 50;

  private final SessionRows rows;
  private final TestReports reports;
  private final DeviceRows devices;
  private final RunCommands commands;
  private final Server server;
  private final InstantSource clock;

  /** Ends a live session at an operator's or suite's request. */
  @FunctionalInterface
  public interface KillSession {
    CompletionStage<EndSession.Outcome> kill(SessionId session, String by);
  }

  /** What the server does with live sessions, and what it knows of all. */
  public record Server(KillSession kill, SessionHistory history) {}

  public SessionRoutes(
      SessionRows rows,
      TestReports reports,
      DeviceRows devices,
      RunCommands commands,
      Server server,
      InstantSource clock) {
    this.rows = rows;
    this.reports = reports;
    this.devices = devices;
    this.commands = commands;
    this.server = server;
    this.clock = clock;
  }

  public SessionRows rows() {
    return rows;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/sessions", "Lists sessions", this::list)
            .query(
                "device_id",
                "status",
                "test",
                "tenant",
                "end_reason",
                "pack_id",
                "platform_id",
                "run_id",
                "started_after",
                "started_before",
                "limit",
                "offset")
            .answers(200, "SessionPage")
            .refuses(422),
        Operation.post("/api/sessions", "Registers a session", this::register)
            .body("SessionCreate")
            .answers(200, "Session")
            .refuses(404, 422),
        Operation.get("/api/sessions/{sid}", "Returns a session", this::read)
            .answers(200, "SessionWithHistory")
            .refuses(404),
        Operation.post("/api/sessions/{sid}/finished", "Reports the end of a session", this::finish)
            .answers(204, "")
            .refuses(404),
        Operation.post("/api/sessions/{sid}/kill", "Ends a live session", this::kill)
            .answers(200, "SessionKilled")
            .refuses(404, 409),
        Operation.of(
                "PATCH",
                "/api/sessions/{sid}/status",
                "Reports the outcome of a session",
                this::status)
            .body("SessionStatus")
            .answers(200, "Session")
            .refuses(404, 422));
  }

  /** Returns the newest sessions of a device. */
  public CompletionStage<List<Map<String, @Nullable Object>>> ofDevice(
      DeviceId device, ApiCaller caller) {
    Instant now = clock.instant();
    Filter filter = Filter.on(Set.of(device), caller.only(), SessionRow.overdue(now));
    return rows.page(filter, 0, OF_A_DEVICE)
        .thenApply(
            page -> page.rows().stream().map(row -> row.read(clock.instant(), caller)).toList());
  }

  private CompletionStage<ApiAnswer> register(ApiCall call) {
    SessionBody body = SessionBody.read(call.body());
    ApiCaller caller = call.caller();
    return rows.find(body.session(), caller)
        .thenCompose(
            found -> {
              if (found.row().flatMap(SessionRow::registration).isPresent()) {
                return CompletableFuture.completedStage(found);
              }
              return add(body, found, caller)
                  .thenCompose(done -> rows.find(body.session(), caller));
            })
        .thenApply(found -> ApiAnswers.ok(found.row().orElseThrow().read(clock.instant(), caller)));
  }

  private CompletionStage<Void> add(SessionBody body, SessionRows.Found found, ApiCaller caller) {
    Optional<SessionRow> known = found.row();
    Optional<DeviceRow> device = device(body, caller);
    if (device.isEmpty()
        && known.isEmpty()
        && body.namesDevice()
        && body.outcome() == Outcome.RUNNING) {
      throw ApiError.notFound("No such device for session " + body.session());
    }
    Optional<RunBinding> binding =
        device
            .flatMap(DeviceRow::binding)
            .filter(caller::sees)
            .filter(bound -> usable(bound.reservation()));
    Optional<RunId> run =
        known.flatMap(SessionRow::run).or(() -> binding.map(bound -> bound.run().id()));
    TestReport.Registration registration =
        new TestReport.Registration(
            body.testName(),
            body.outcome(),
            device.map(row -> row.state().device().id()),
            run,
            body.details());
    return reports
        .change(
            found.reportKey(),
            (report, now) -> {
              TestReport registered = report.of(owner(found, caller)).registered(registration);
              return body.outcome() == Outcome.RUNNING ? registered : registered.finished(now);
            })
        .thenCompose(
            done ->
                run.isPresent() && body.outcome() == Outcome.RUNNING
                    ? commands.sessionBegan(run.get()).handle((begun, pruned) -> null)
                    : CompletableFuture.completedStage(null));
  }

  /** Returns the owner: the tenant of the recorded session, or else the first that reports it. */
  private static String owner(SessionRows.Found found, ApiCaller caller) {
    return found.row().flatMap(SessionRow::tenant).orElse(caller.tenant().name());
  }

  private boolean usable(Reservation reservation) {
    return reservation.usable(clock.instant());
  }

  private Optional<DeviceRow> device(SessionBody body, ApiCaller caller) {
    return body.device()
        .flatMap(id -> devices.find(id, caller))
        .or(() -> body.connectionTarget().flatMap(target -> devices.byTarget(target, caller)));
  }

  private CompletionStage<ApiAnswer> read(ApiCall call) {
    return existing(call)
        .thenCombine(
            server.history().of(call.path("sid")),
            (found, history) -> {
              Map<String, @Nullable Object> body = detail(found.row().orElseThrow(), call.caller());
              body.putAll(history);
              return ApiAnswers.ok(body);
            });
  }

  /** Returns the session; fails with 404 if the caller may not see it. */
  private CompletionStage<SessionRows.Found> existing(ApiCall call) {
    String session = call.path("sid");
    return rows.find(session, call.caller())
        .thenApply(
            found -> {
              if (found.row().isEmpty()) {
                throw ApiError.notFound("Session %s was not found".formatted(session));
              }
              return found;
            });
  }

  private Map<String, @Nullable Object> detail(SessionRow row, ApiCaller caller) {
    Map<String, @Nullable Object> detail = row.read(clock.instant(), caller);
    Optional<DeviceRow> device = row.device().flatMap(id -> devices.find(id, caller));
    detail.put("tenant", row.tenant().orElse(null));
    detail.put("end_reason", row.endReason().map(EndReason::code).orElse(null));
    detail.put("ended_by", row.endedBy().orElse(null));
    detail.put("device_id", row.device().map(DeviceId::value).orElse(null));
    detail.put("device_name", device.map(found -> found.state().device().name()).orElse(null));
    detail.put("device_pack_id", device.map(found -> found.text("pack_id")).orElse(null));
    detail.put("device_platform_id", device.map(found -> found.text("platform_id")).orElse(null));
    detail.put(
        "device_platform_label", device.map(found -> found.text("platform_label")).orElse(null));
    return detail;
  }

  private CompletionStage<ApiAnswer> finish(ApiCall call) {
    return existing(call)
        .thenCompose(
            found ->
                reports.change(
                    found.reportKey(),
                    (report, now) -> report.of(owner(found, call.caller())).finished(now)))
        .thenApply(done -> ApiAnswers.empty());
  }

  /** Ends a session; {@code terminated} reports whether the node has deleted it. */
  private CompletionStage<ApiAnswer> kill(ApiCall call) {
    return existing(call)
        .thenCompose(
            found -> {
              boolean live =
                  found.row().flatMap(SessionRow::record).filter(SessionRecord::live).isPresent();
              return live
                  ? server.kill().kill(new SessionId(call.path("sid")), call.caller().actor())
                  : CompletableFuture.completedStage(EndSession.Outcome.NOT_LIVE);
            })
        .thenCompose(outcome -> killed(call, outcome));
  }

  private CompletionStage<ApiAnswer> killed(ApiCall call, EndSession.Outcome outcome) {
    if (outcome == EndSession.Outcome.NOT_LIVE) {
      throw ApiError.of(409, "Session %s is not running".formatted(call.path("sid")));
    }
    return existing(call)
        .thenApply(
            found -> {
              Map<String, Object> body = new LinkedHashMap<>();
              body.put("terminated", outcome == EndSession.Outcome.ENDED);
              body.put("session", found.row().orElseThrow().read(clock.instant(), call.caller()));
              return ApiAnswers.ok(body);
            });
  }

  private CompletionStage<ApiAnswer> status(ApiCall call) {
    RequestBody body = call.body();
    body.text("status");
    Optional<String> status = body.oneOf("status", OUTCOMES);
    body.check();
    Outcome outcome = SessionFilter.outcome(status.orElseThrow());
    return existing(call)
        .thenCompose(
            found ->
                reports.change(
                    found.reportKey(),
                    (report, now) -> report.of(owner(found, call.caller())).outcome(outcome, now)))
        .thenCompose(done -> existing(call))
        .thenApply(
            found -> ApiAnswers.ok(found.row().orElseThrow().read(clock.instant(), call.caller())));
  }

  private CompletionStage<ApiAnswer> list(ApiCall call) {
    QueryParameters query = call.query();
    Optional<Filter> filter = new SessionFilter(devices, clock).read(query, call.caller());
    int limit = query.number("limit", 1, MAX_PAGE_SIZE).orElse(DEFAULT_PAGE);
    int offset = query.number("offset", 0, Integer.MAX_VALUE).orElse(0);
    query.check();
    return filter
        .map(present -> rows.page(present, offset, limit))
        .orElseGet(() -> CompletableFuture.completedStage(new SessionRows.Page(List.of(), 0)))
        .thenApply(
            found -> {
              Map<String, Object> page = new LinkedHashMap<>();
              page.put(
                  "items", found.rows().stream().map(row -> detail(row, call.caller())).toList());
              page.put("total", found.total());
              page.put("limit", limit);
              page.put("offset", offset);
              return ApiAnswers.ok(page);
            });
  }
}
