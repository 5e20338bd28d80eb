package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.session.TextBound;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The queue of new session requests. */
public final class QueueRoutes {
  private static final int MAX_PAGE = 10_000;

  private final QueueView queue;

  public QueueRoutes(QueueView queue) {
    this.queue = queue;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/queue", "Lists queued session requests", this::list)
            .query("limit", "offset")
            .answers(200, "Queue")
            .refuses(422),
        Operation.get(
                "/api/grid/queue",
                "Lists queued session requests in GridFleet's format",
                this::grid)
            .answers(200, "GridQueue"),
        Operation.of(
                "DELETE", "/api/queue/{request}", "Removes a request from the queue", this::remove)
            .query("why")
            .answers(204, "")
            .refuses(404));
  }

  private CompletionStage<ApiAnswer> list(ApiCall call) {
    int offset = call.query().number("offset", 0, Integer.MAX_VALUE).orElse(0);
    long limit = call.query().number("limit", 1, MAX_PAGE).orElse(Integer.MAX_VALUE);
    call.query().check();
    List<QueueView.Waiting> seen = seen(call);
    return answer(
        "items", seen.stream().skip(offset).limit(limit).map(QueueRow::of).toList(), seen.size());
  }

  private CompletionStage<ApiAnswer> grid(ApiCall call) {
    List<QueueView.Waiting> seen = seen(call);
    return answer("requests", seen.stream().map(QueueRow::grid).toList(), seen.size());
  }

  private List<QueueView.Waiting> seen(ApiCall call) {
    return queue.waiting().stream().filter(one -> one.seenBy(call.caller())).toList();
  }

  private static CompletionStage<ApiAnswer> answer(String member, List<?> rows, int total) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(member, rows);
    body.put("total", total);
    return ApiAnswers.now(body);
  }

  /** Returns the row of one request, if it waits. */
  public Optional<Map<String, @Nullable Object>> rowOf(String request) {
    return queue.waiting().stream()
        .filter(waiting -> waiting.request().equals(request))
        .findFirst()
        .map(QueueRow::of);
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private CompletionStage<ApiAnswer> remove(ApiCall call) {
    String request = call.path("request");
    String removed = sentence(call.caller().actor()) + " took the request out of the queue";
    String why =
        call.query()
            .text("why")
            .filter(text -> !text.isBlank())
            .map(text -> removed + ": " + TextBound.REMOVAL_REASON.cut(text.strip()))
            .orElse(removed);
    if (!queue.remove(request, why)) {
      throw ApiError.notFound("No request %s waits".formatted(request));
    }
    return CompletableFuture.completedStage(ApiAnswers.empty());
  }
}
