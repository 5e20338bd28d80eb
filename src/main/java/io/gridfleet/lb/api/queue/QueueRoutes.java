package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The queue of new session requests. */
public final class QueueRoutes {
  private final QueueView queue;

  public QueueRoutes(QueueView queue) {
    this.queue = queue;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/queue", "Lists queued session requests", call -> list(call, "items"))
            .answers(200, "Queue"),
        Operation.get(
                "/api/grid/queue",
                "Lists queued session requests in GridFleet's format",
                call -> list(call, "requests"))
            .answers(200, "GridQueue"),
        Operation.of(
                "DELETE", "/api/queue/{request}", "Removes a request from the queue", this::remove)
            .answers(204, "")
            .refuses(404));
  }

  private CompletionStage<ApiAnswer> list(ApiCall call, String member) {
    List<Map<String, Object>> rows =
        queue.waiting().stream()
            .filter(one -> one.seenBy(call.caller()))
            .map(QueueRoutes::row)
            .toList();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(member, rows);
    body.put("total", rows.size());
    return ApiAnswers.now(body);
  }

  /** Returns the JSON form of a waiting request. */
  public static Map<String, Object> row(QueueView.Waiting waiting) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", waiting.request());
    row.put("position", waiting.position());
    row.put("age_sec", waiting.age().toMillis() / 1000.0);
    row.put("priority", waiting.asker().priority());
    row.put("tenant", waiting.asker().tenant());
    row.put("selector", waiting.selector());
    row.put("waits_for", waiting.waitsFor());
    return row;
  }

  private CompletionStage<ApiAnswer> remove(ApiCall call) {
    String request = call.path("request");
    if (!queue.remove(request, "An operator took the request out of the queue")) {
      throw ApiError.notFound("No request %s waits".formatted(request));
    }
    return CompletableFuture.completedStage(ApiAnswers.empty());
  }
}
