package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.AdvanceRun;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.RunBinding;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReports;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Sessions: our rows, and what suites say about them in any order (rest.md#sessions). */
public final class SessionRoutes {
  static final Set<String> OUTCOMES = Set.of("running", "passed", "failed", "error");

  private static final int DEFAULT_PAGE = 50;
  private static final int MOST_ON_A_PAGE = 500;

  /** The device's page shows so many. */
  private static final int OF_A_DEVICE = 50;

  private final SessionRows rows;
  private final TestReports reports;
  private final DeviceRows devices;
  private final AdvanceRun advance;
  private final InstantSource clock;

  public SessionRoutes(
      SessionRecords records,
      TestReports reports,
      DeviceRows devices,
      AdvanceRun advance,
      InstantSource clock) {
    this.rows = new SessionRows(records, reports);
    this.reports = reports;
    this.devices = devices;
    this.advance = advance;
    this.clock = clock;
  }

  SessionRows rows() {
    return rows;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get("/api/sessions", "Lists sessions", this::list)
            .query(
                "device_id",
                "status",
                "pack_id",
                "platform_id",
                "run_id",
                "started_after",
                "started_before",
                "limit",
                "offset")
            .answers(200, "SessionPage")
            .refuses(422),
        Operation.post("/api/sessions", "Tells of a session", this::register)
            .body("SessionCreate")
            .answers(200, "Session")
            .refuses(404, 422),
        Operation.get("/api/sessions/{sid}", "Reads a session", this::read)
            .answers(200, "SessionDetail")
            .refuses(404),
        Operation.post("/api/sessions/{sid}/finished", "Tells that a session is done", this::finish)
            .answers(204, "")
            .refuses(404),
        Operation.of("PATCH", "/api/sessions/{sid}/status", "Tells what came of it", this::status)
            .body("SessionStatus")
            .answers(200, "Session")
            .refuses(404, 422));
  }

  /** The newest sessions of a device, for its page. */
  CompletionStage<List<Map<String, @Nullable Object>>> ofDevice(DeviceId device) {
    return rows.page(row -> row.device().equals(Optional.of(device)), 0, OF_A_DEVICE)
        .thenApply(page -> page.rows().stream().map(row -> row.read(clock.instant())).toList());
  }

  private CompletionStage<ApiAnswer> register(Call call) {
    SessionBody said = SessionBody.read(call.body());
    return rows.find(said.session())
        .thenCompose(
            known -> {
              if (known.flatMap(SessionRow::registration).isPresent()) {
                return CompletableFuture.completedStage(known);
              }
              return add(said, known).thenCompose(done -> rows.find(said.session()));
            })
        .thenApply(row -> Answers.ok(row.orElseThrow().read(clock.instant())));
  }

  private CompletionStage<Void> add(SessionBody said, Optional<SessionRow> known) {
    Optional<DeviceRow> device = device(said);
    if (device.isEmpty()
        && known.isEmpty()
        && said.namesDevice()
        && said.outcome() == Outcome.RUNNING) {
      throw ApiError.notFound("No such device for session " + said.session());
    }
    Optional<RunBinding> binding =
        device.flatMap(DeviceRow::binding).filter(found -> usable(found.reservation()));
    Optional<RunId> run =
        known.flatMap(SessionRow::run).or(() -> binding.map(found -> found.run().id()));
    TestReport.Registration registration =
        new TestReport.Registration(
            said.testName(),
            said.outcome(),
            device.map(row -> row.state().device().id()),
            run,
            said.details());
    return reports
        .change(
            said.session(),
            (report, now) -> {
              TestReport registered = report.registered(registration);
              return said.outcome() == Outcome.RUNNING ? registered : registered.finished(now);
            })
        .thenCompose(
            done ->
                run.isPresent() && said.outcome() == Outcome.RUNNING
                    ? advance.sessionBegan(run.get()).handle((begun, pruned) -> null)
                    : CompletableFuture.completedStage(null));
  }

  private boolean usable(Reservation reservation) {
    return reservation.usable(clock.instant());
  }

  private Optional<DeviceRow> device(SessionBody said) {
    return said.device()
        .flatMap(devices::find)
        .or(() -> said.connectionTarget().flatMap(devices::byTarget));
  }

  private CompletionStage<ApiAnswer> read(Call call) {
    return existing(call).thenApply(row -> Answers.ok(detail(row)));
  }

  private CompletionStage<SessionRow> existing(Call call) {
    String session = call.path("sid");
    return rows.find(session)
        .thenApply(
            row ->
                row.orElseThrow(
                    () -> ApiError.notFound("Session %s was not found".formatted(session))));
  }

  private Map<String, @Nullable Object> detail(SessionRow row) {
    Map<String, @Nullable Object> detail = row.read(clock.instant());
    Optional<DeviceRow> device = row.device().flatMap(devices::find);
    detail.put("device_id", row.device().map(DeviceId::value).orElse(null));
    detail.put("device_name", device.map(found -> found.state().device().name()).orElse(null));
    detail.put("device_pack_id", device.map(found -> found.text("pack_id")).orElse(null));
    detail.put("device_platform_id", device.map(found -> found.text("platform_id")).orElse(null));
    detail.put(
        "device_platform_label", device.map(found -> found.text("platform_label")).orElse(null));
    return detail;
  }

  private CompletionStage<ApiAnswer> finish(Call call) {
    return existing(call)
        .thenCompose(row -> reports.change(row.session(), TestReport::finished))
        .thenApply(done -> Answers.empty());
  }

  private CompletionStage<ApiAnswer> status(Call call) {
    Body body = call.body();
    body.text("status");
    Optional<String> status = body.oneOf("status", OUTCOMES);
    body.check();
    Outcome outcome = Outcome.valueOf(status.orElseThrow().toUpperCase(Locale.ROOT));
    return existing(call)
        .thenCompose(
            row -> reports.change(row.session(), (report, now) -> report.outcome(outcome, now)))
        .thenCompose(done -> existing(call))
        .thenApply(row -> Answers.ok(row.read(clock.instant())));
  }

  private CompletionStage<ApiAnswer> list(Call call) {
    Query query = call.query();
    List<Predicate<SessionRow>> filters = filters(query);
    int limit = query.number("limit", 1, MOST_ON_A_PAGE).orElse(DEFAULT_PAGE);
    int offset = query.number("offset", 0, Integer.MAX_VALUE).orElse(0);
    query.check();
    CompletionStage<SessionRows.Page> read =
        filters.isEmpty()
            ? rows.page(offset, limit)
            : rows.page(row -> filters.stream().allMatch(f -> f.test(row)), offset, limit);
    return read.thenApply(
        found -> {
          Map<String, Object> page = new LinkedHashMap<>();
          page.put("items", found.rows().stream().map(this::detail).toList());
          page.put("total", found.total());
          page.put("limit", limit);
          page.put("offset", offset);
          return Answers.ok(page);
        });
  }

  private List<Predicate<SessionRow>> filters(Query query) {
    Instant now = clock.instant();
    List<Predicate<SessionRow>> filters = new ArrayList<>();
    query
        .uuid("device_id")
        .ifPresent(id -> filters.add(r -> r.device().map(DeviceId::value).equals(Optional.of(id))));
    query
        .uuid("run_id")
        .ifPresent(
            id -> filters.add(r -> r.run().map(run -> run.value().equals(id)).orElse(false)));
    query
        .oneOf("status", OUTCOMES)
        .ifPresent(status -> filters.add(row -> row.status(now).equals(status)));
    query.time("started_after").ifPresent(t -> filters.add(row -> !row.started().isBefore(t)));
    query.time("started_before").ifPresent(t -> filters.add(row -> !row.started().isAfter(t)));
    for (String field : List.of("pack_id", "platform_id")) {
      query
          .text(field)
          .ifPresent(value -> filters.add(row -> value.equals(detail(row).get("device_" + field))));
    }
    return filters;
  }
}
