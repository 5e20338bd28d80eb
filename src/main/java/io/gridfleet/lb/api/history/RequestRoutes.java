package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.RequestRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Routes of the records of new session requests (rest.md#requests). */
public final class RequestRoutes {
  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE = 500;

  private final Sources sources;

  /**
   * Where the records are.
   *
   * @param stored those of all replicas
   * @param here those in progress on this replica, and those that ended just now
   * @param waiting the row of {@code /api/queue} of a request that waits
   */
  public record Sources(
      RequestHistory stored,
      Function<String, Optional<RequestRecord>> here,
      Function<String, CompletionStage<Optional<Map<String, @Nullable Object>>>> waiting) {}

  public RequestRoutes(Sources sources) {
    this.sources = sources;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/requests", "Lists new session requests, newest first", this::list)
            .query(
                "run", "test", "tenant", "client", "device", "session", "outcome", "from", "to",
                "limit", "cursor")
            .answers(200, "RequestPage")
            .refuses(422),
        Operation.get("/api/requests/{id}", "Returns a new session request", this::read)
            .answers(200, "RequestDetail")
            .refuses(404));
  }

  private CompletionStage<ApiAnswer> list(ApiCall call) {
    RequestHistory.Filter filter = RequestQuery.filter(call.query(), call.caller());
    int limit = call.query().number("limit", 1, MAX_PAGE).orElse(DEFAULT_PAGE);
    Optional<RequestHistory.Cursor> after = RequestQuery.cursor(call.query());
    call.query().check();
    return sources
        .stored()
        .page(filter, after, limit)
        .thenApply(
            page -> {
              Map<String, @Nullable Object> body = new LinkedHashMap<>();
              body.put("items", page.rows().stream().map(RequestView::row).toList());
              body.put("next_cursor", page.next().map(RequestQuery::text).orElse(null));
              return ApiAnswers.ok(body);
            });
  }

  private CompletionStage<ApiAnswer> read(ApiCall call) {
    String id = call.path("id");
    Optional<RequestRecord> here = sources.here().apply(id);
    CompletionStage<Optional<RequestRecord>> found =
        here.isPresent() ? CompletableFuture.completedStage(here) : sources.stored().find(id);
    return found.thenCompose(
        record ->
            detail(
                record
                    .filter(it -> call.caller().seesThatOf(Optional.of(it.row().asker().tenant())))
                    .orElseThrow(
                        () -> ApiError.notFound("Request %s was not found".formatted(id)))));
  }

  private CompletionStage<ApiAnswer> detail(RequestRecord record) {
    Map<String, @Nullable Object> body = RequestView.detail(record);
    if (!record.row().outcome().isOpen()) {
      return ApiAnswers.now(body);
    }
    return sources
        .waiting()
        .apply(record.row().id())
        .thenApply(
            row -> {
              body.put("waiting", row.orElse(null));
              return ApiAnswers.ok(body);
            });
  }
}
