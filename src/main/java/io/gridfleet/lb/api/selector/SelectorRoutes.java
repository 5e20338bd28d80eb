package io.gridfleet.lb.api.selector;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.device.SelectorText;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.selector.Explanation;
import io.gridfleet.lb.selector.Selector;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explains which devices a selector matches now and what inhibits each device. */
public final class SelectorRoutes {
  /** Replaces the id of a run that the caller may not see; no run has this id. */
  private static final String UNKNOWN_RUN = "00000000-0000-0000-0000-000000000000";

  private static final int MAX_PAGE_SIZE = 500;

  private final Distributor distributor;
  private final DeviceLocks locks;
  private final DeviceRows devices;
  private final InstantSource clock;

  public SelectorRoutes(
      Distributor distributor, DeviceLocks locks, DeviceRows devices, InstantSource clock) {
    this.locks = locks;
    this.devices = devices;
    this.distributor = distributor;
    this.clock = clock;
  }

  public List<Operation> operations() {
    String path = "/api/selector/explain";
    return List.of(
        Operation.get(path, "Explains which devices a selector matches", this::get)
            .query("selector", "run", "limit", "offset")
            .answers(200, "Explanation")
            .refuses(400, 422),
        Operation.post(path, "Explains which devices a selector in the body matches", this::post)
            .body("ExplainRequest")
            .query("limit", "offset")
            .answers(200, "Explanation")
            .refuses(400, 422));
  }

  private CompletionStage<ApiAnswer> get(ApiCall call) {
    Object selector = call.query().text("selector").orElse("");
    return explain(call, selector, call.query().text("run"));
  }

  private CompletionStage<ApiAnswer> post(ApiCall call) {
    RequestBody body = call.body().only(Set.of("selector", "run"));
    Optional<String> run = body.optionalText("run");
    Object selector = body.value("selector").orElse("");
    body.check();
    return explain(call, selector, run);
  }

  private CompletionStage<ApiAnswer> explain(ApiCall call, Object given, Optional<String> run) {
    Page page = Page.of(call.query());
    ApiCaller caller = call.caller();
    Selector selector = SelectorText.read(given);
    Optional<String> seen = run.map(id -> devices.seesRun(caller, id) ? id : UNKNOWN_RUN);
    List<Verdict> verdicts =
        distributor.explain(everything(caller.tenant(), seen)).stream()
            .filter(verdict -> caller.sees(verdict.device()))
            .toList();
    Explanation explanation =
        Explanation.of(
            selector, verdicts.stream().map(verdict -> candidate(verdict, caller)).toList());
    Map<String, @Nullable Object> body = new LinkedHashMap<>(explanation.toPlainObject(0));
    body.remove("inhibitors");
    body.remove("available");
    body.put("json", selector.jsonForm());
    body.put("free", explanation.available());
    body.put("inhibited", inhibited(caller, verdicts, explanation));
    body.put("devices", rows(caller, verdicts, explanation, page));
    body.put("limit", page.limit());
    body.put("offset", page.offset());
    return quota(caller.tenant())
        .thenApply(
            quota -> {
              body.put("quota", quota.orElse(null));
              return ApiAnswers.ok(body);
            });
  }

  /** The part of the devices that an answer lists. */
  private record Page(int limit, int offset) {
    static Page of(QueryParameters query) {
      int limit = query.number("limit", 1, MAX_PAGE_SIZE).orElse(MAX_PAGE_SIZE);
      Page page = new Page(limit, query.number("offset", 0, Integer.MAX_VALUE).orElse(0));
      query.check();
      return page;
    }
  }

  /** Counts the devices by their first inhibitor. */
  private Map<String, Integer> inhibited(
      ApiCaller caller, List<Verdict> verdicts, Explanation explanation) {
    Map<String, Integer> inhibited = new TreeMap<>();
    for (int i = 0; i < verdicts.size(); i++) {
      why(caller, verdicts.get(i), explanation.verdicts().get(i)).stream()
          .limit(1)
          .forEach(first -> inhibited.merge(first.kind().code(), 1, Integer::sum));
    }
    return inhibited;
  }

  /** Returns the rows of a page; the devices that match come first. */
  private List<Map<String, @Nullable Object>> rows(
      ApiCaller caller, List<Verdict> verdicts, Explanation explanation, Page page) {
    List<Explanation.Verdict> explained = explanation.verdicts();
    return Stream.of(true, false)
        .flatMap(
            matches ->
                IntStream.range(0, verdicts.size())
                    .filter(i -> explained.get(i).matches() == matches)
                    .boxed())
        .skip(page.offset())
        .limit(page.limit())
        .map(
            i -> {
              List<Inhibitor> why = why(caller, verdicts.get(i), explained.get(i));
              return row(verdicts.get(i).device(), explained.get(i), why);
            })
        .toList();
  }

  /**
   * Returns the quota of the caller and its sessions; empty without a limit. While the store is
   * unavailable, counts the sessions that this replica knows.
   */
  private CompletionStage<Optional<Map<String, Object>>> quota(Tenant caller) {
    if (caller.maxSessions().isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    int most = caller.maxSessions().getAsInt();
    return locks
        .heldFor(caller.name())
        .exceptionally(storeGone -> distributor.sessionsOf(caller.name()))
        .thenApply(sessions -> Optional.of(Map.of("most", most, "sessions", sessions)));
  }

  /** Returns a request that matches every device, to collect the inhibitors of each. */
  private PlacementRequest everything(Tenant caller, Optional<String> run) {
    return new PlacementRequest(
        "explain",
        List.of(new Question(Selector.everything(), caller.devices(), run, Optional.empty())),
        new PlacementRequest.QueuePosition(0, clock.instant(), 0),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        new Quota(caller.name(), caller.maxSessions()));
  }

  private static Explanation.Candidate candidate(Verdict verdict, ApiCaller caller) {
    return new Explanation.Candidate(
        verdict.device().id().value(),
        DeviceRow.attributes(verdict.device(), caller),
        verdict.inhibitors().stream().map(found -> found.kind().words()).toList());
  }

  /** Returns the inhibitors; a selector mismatch with its first failing term comes first. */
  private List<Inhibitor> why(ApiCaller caller, Verdict verdict, Explanation.Verdict explained) {
    String failed = explained.failedTerm();
    return failed == null
        ? devices.shown(verdict.device().id(), verdict.inhibitors(), caller)
        : List.of(Inhibitor.of(Inhibitor.Kind.NOT_MATCHING, failed));
  }

  private static Map<String, @Nullable Object> row(
      Device device, Explanation.Verdict explained, List<Inhibitor> why) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", device.id().value());
    row.put("name", device.name());
    row.put("udid", device.udid().orElse(null));
    row.put("matches", explained.matches());
    row.put("failed_term", explained.failedTerm());
    row.put("inhibitors", why.stream().map(DeviceRow::inhibitor).toList());
    return row;
  }
}
