package io.gridfleet.lb.api.overview;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.queue.QueueRow;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.DeviceView;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The lab at a glance, for the first screen of operators. A caller with limited reach gets its own
 * devices, requests, sessions and failures, and no replicas.
 */
public final class OverviewRoutes {
  /** The rows of the longest waiting requests; the others are only counted. */
  private static final int MAX_WAITING = 10;

  private static final int MAX_FAILURES = 20;

  private final LabOverview lab;
  private final QueueView queue;

  public OverviewRoutes(LabOverview lab, QueueView queue) {
    this.lab = lab;
    this.queue = queue;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/overview",
                "Returns the devices by platform, who waits, recent failures, store and replicas",
                this::overview)
            .answers(200, "Overview"));
  }

  private CompletionStage<ApiAnswer> overview(ApiCall call) {
    ApiCaller caller = call.caller();
    Map<String, Object> body = new LinkedHashMap<>();
    List<DeviceView> all = lab.devices();
    List<DeviceView> seen = all.stream().filter(it -> caller.sees(it.device())).toList();
    body.put("platforms", DeviceCount.byPlatform(seen));
    body.put("sessions", Map.of("total", sessions(all, caller)));
    body.put("store", store(lab.store()));
    body.put("version", lab.version());
    CompletionStage<Map<String, Object>> waiting =
        queue.waiting().thenApply(listed -> waiting(listed, caller));
    return lab.failures(caller.only(), MAX_FAILURES)
        .thenCombine(
            lab.replicas().thenCombine(waiting, WaitingAndReplicas::new),
            (failures, more) -> {
              body.put("waiting", more.waiting());
              body.put("failures", failures.stream().map(OverviewRoutes::failures).toList());
              body.put(
                  "replicas",
                  caller.seesAll()
                      ? more.replicas().stream().map(OverviewRoutes::replica).toList()
                      : List.of());
              return ApiAnswers.ok(body);
            });
  }

  private record WaitingAndReplicas(
      List<LabOverview.Replica> replicas, Map<String, Object> waiting) {}

  private static Map<String, Object> waiting(QueueView.Listed listed, ApiCaller caller) {
    List<QueueView.Waiting> own =
        listed.waiting().stream().filter(it -> it.seenBy(caller)).toList();
    List<QueueView.Waiting> longest =
        own.stream()
            .sorted(Comparator.comparing(QueueView.Waiting::age).reversed())
            .limit(MAX_WAITING)
            .toList();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("total", own.size());
    row.put("oldest_sec", longest.isEmpty() ? 0.0 : seconds(longest.get(0).age()));
    row.put("items", longest.stream().map(QueueRow::of).toList());
    return row;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static long sessions(List<DeviceView> devices, ApiCaller caller) {
    return devices.stream()
        .flatMap(device -> device.locks().stream())
        .filter(lock -> lock.kind() == HeldLock.Kind.SESSION)
        .filter(lock -> caller.seesThatOf(lock.tenant()))
        .count();
  }

  private static Map<String, Object> store(LabOverview.StoreState store) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("up", store.up());
    row.put("since", ApiJson.time(store.since()));
    row.put("kind", store.kind());
    return row;
  }

  private static Map<String, Object> failures(LabOverview.Failures failures) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("device_id", failures.device());
    row.put("device_name", failures.name());
    row.put("cause", failures.cause());
    row.put("count", failures.count());
    row.put("last_at", ApiJson.time(failures.last()));
    row.put("text", failures.text());
    return row;
  }

  private static Map<String, Object> replica(LabOverview.Replica replica) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", replica.name());
    row.put("self", replica.self());
    row.put("last_seen_at", ApiJson.time(replica.lastSeen()));
    return row;
  }
}
