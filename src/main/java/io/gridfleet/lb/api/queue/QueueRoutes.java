package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.waiting.RemoteRemovals.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The queue of new session requests. */
public final class QueueRoutes {
  private static final String REQUESTED =
      "The replica of the request has not answered yet; it removes the request within seconds";

  private static final int MAX_PAGE = 10_000;

  /** A longer queue is listed in pages. */
  private static final int DEFAULT_PAGE = 500;

  private final QueueView queue;

  public QueueRoutes(QueueView queue) {
    this.queue = queue;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/queue", "Lists queued session requests", this::list)
            .query("limit", "offset", "text")
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
            .answers(202, "Accepted")
            .answers(204, "")
            .refuses(404));
  }

  private CompletionStage<ApiAnswer> list(ApiCall call) {
    int offset = call.query().number("offset", 0, Integer.MAX_VALUE).orElse(0);
    int limit = call.query().number("limit", 1, MAX_PAGE).orElse(DEFAULT_PAGE);
    Optional<String> text = call.query().text("text").map(part -> part.toLowerCase(Locale.ROOT));
    call.query().check();
    return queue
        .waiting()
        .thenApply(
            listed -> {
              List<QueueView.Waiting> seen =
                  seen(listed, call).stream()
                      .filter(one -> text.isEmpty() || one.contains(text.get()))
                      .toList();
              Map<String, Object> body =
                  body(
                      "items",
                      seen.stream().skip(offset).limit(limit).map(QueueRow::of).toList(),
                      seen.size());
              body.put("complete", listed.complete());
              long next = (long) offset + limit;
              if (next < seen.size()) {
                body.put("next_offset", next);
              }
              return ApiAnswers.ok(body);
            });
  }

  private CompletionStage<ApiAnswer> grid(ApiCall call) {
    return queue
        .waiting()
        .thenApply(
            listed -> {
              List<QueueView.Waiting> seen = seen(listed, call);
              return ApiAnswers.ok(
                  body("requests", seen.stream().map(QueueRow::grid).toList(), seen.size()));
            });
  }

  private static List<QueueView.Waiting> seen(QueueView.Listed listed, ApiCall call) {
    return listed.waiting().stream().filter(one -> one.seenBy(call.caller())).toList();
  }

  private static Map<String, Object> body(String member, List<?> rows, int total) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(member, rows);
    body.put("total", total);
    return body;
  }

  /** Returns the row of one request, if it waits. */
  public CompletionStage<Optional<Map<String, @Nullable Object>>> rowOf(String request) {
    return queue
        .waiting()
        .thenApply(
            listed ->
                listed.waiting().stream()
                    .filter(waiting -> waiting.request().equals(request))
                    .findFirst()
                    .map(QueueRow::of));
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
    return queue.remove(request, why).thenApply(outcome -> answer(outcome, request));
  }

  private static ApiAnswer answer(Outcome outcome, String request) {
    return switch (outcome) {
      case REMOVED -> ApiAnswers.empty();
      case REQUESTED -> ApiAnswers.json(202, Map.of("message", REQUESTED));
      case NOT_WAITING -> throw ApiError.notFound("No request %s waits".formatted(request));
    };
  }
}
