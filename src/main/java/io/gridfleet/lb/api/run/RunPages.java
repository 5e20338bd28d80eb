package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.http.ValidationErrors;
import io.gridfleet.lb.api.session.SessionRows;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.Runs.Edge;
import io.gridfleet.lb.run.Runs.Filter;
import io.gridfleet.lb.run.Runs.Filter.Sort;
import io.gridfleet.lb.run.Runs.Page;
import io.gridfleet.lb.run.Runs.Window;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Pages of the list of runs (rest.md#runs). A cursor is the position of a run in the list, so that
 * new runs don't shift pages.
 */
final class RunPages {
  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE_SIZE = 200;
  private static final Set<String> STATES =
      Set.of("pending", "preparing", "active", "completed", "failed", "expired", "cancelled");

  private final Runs runs;
  private final SessionRows sessions;
  private final InstantSource clock;

  RunPages(Runs runs, SessionRows sessions, InstantSource clock) {
    this.runs = runs;
    this.sessions = sessions;
    this.clock = clock;
  }

  CompletionStage<ApiAnswer> list(ApiCall call) {
    QueryParameters query = call.query();
    Optional<String> state = query.oneOf("state", STATES);
    Sort sort =
        query
            .oneOf("sort_by", Set.of("created_at", "name", "state", "completed_at"))
            .map(name -> Sort.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(Sort.CREATED_AT);
    boolean descending =
        query.oneOf("sort_dir", Set.of("asc", "desc")).orElse("desc").equals("desc");
    Optional<Instant> from = query.time("created_from");
    Optional<Instant> to = query.time("created_to");
    Window window = window(query, sort);
    query.check();
    Optional<RunState> known = state.flatMap(RunPages::state);
    if (state.isPresent() && known.isEmpty()) {
      return ApiAnswers.now(body(new Page(List.of(), 0, false), Map.of(), window, sort));
    }
    return runs.list(new Filter(known, from, to, call.caller().only(), sort, descending), window)
        .thenCompose(
            page ->
                sessions
                    .counts(page.runs().stream().map(Run::id).toList(), clock.instant())
                    .thenApply(counts -> ApiAnswers.ok(body(page, counts, window, sort))));
  }

  /**
   * {@code direction=older} means forward in every sort order, as in GridFleet, which lists newest
   * first.
   */
  private static Window window(QueryParameters query, Sort sort) {
    int limit = query.number("limit", 1, MAX_PAGE_SIZE).orElse(DEFAULT_PAGE);
    int offset = query.number("offset", 0, Integer.MAX_VALUE).orElse(0);
    Optional<Boolean> back =
        query.oneOf("direction", Set.of("older", "newer")).map("newer"::equals);
    Optional<Edge> edge =
        query
            .text("cursor")
            .filter(cursor -> !cursor.isEmpty())
            .map(cursor -> edge(cursor, sort))
            .map(read -> new Edge(read.key(), read.run(), back.orElse(read.before())));
    return new Window(limit, offset, edge);
  }

  private static Optional<RunState> state(String code) {
    for (RunState state : RunState.values()) {
      if (state.code().equals(code)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  private Map<String, @Nullable Object> body(
      Page page, Map<RunId, Map<String, Long>> counts, Window window, Sort sort) {
    Instant now = clock.instant();
    boolean back = window.edge().map(Edge::before).orElse(false);
    boolean earlier = back ? page.more() : window.edge().isPresent() || window.offset() > 0;
    boolean later = back || page.more();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put(
        "items",
        page.runs().stream()
            .map(run -> new RunRow(run, now).read(counts.getOrDefault(run.id(), Map.of())))
            .toList());
    body.put("total", page.total());
    body.put("limit", window.limit());
    body.put("offset", window.edge().isPresent() ? null : window.offset());
    body.put("next_cursor", later ? cursor(page, sort, false) : null);
    body.put("prev_cursor", earlier ? cursor(page, sort, true) : null);
    return body;
  }

  private static @Nullable String cursor(Page page, Sort sort, boolean before) {
    if (page.runs().isEmpty()) {
      return null;
    }
    Run run = page.runs().get(before ? 0 : page.runs().size() - 1);
    String side = before ? "before" : "behind";
    String text = String.join("\n", side, sort.name(), run.id().value(), sort.key(run));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Edge edge(String cursor, Sort sort) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      String[] parts = text.split("\n", 4);
      if (parts.length == 4 && parts[1].equals(sort.name())) {
        String key = sort.isTime() ? Long.toString(Long.parseLong(parts[3])) : parts[3];
        return new Edge(key, RunId.parse(parts[2]).orElseThrow(), parts[0].equals("before"));
      }
    } catch (IllegalArgumentException | NoSuchElementException broken) {
      throw invalid(cursor);
    }
    throw invalid(cursor);
  }

  private static ApiError invalid(String cursor) {
    return ValidationErrors.one(
        "value_error",
        List.of("query", "cursor"),
        "Value error, not a cursor of a list in this order",
        cursor);
  }
}
