package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the history knows of a session.
 *
 * @param request finds the request that the session was created for
 * @param commands finds its commands, on all replicas
 */
public record SessionHistory(
    Function<String, CompletionStage<Optional<String>>> request,
    Function<String, CompletionStage<CommandSummary>> commands) {

  /** Returns the members of the session's detail. */
  CompletionStage<Map<String, @Nullable Object>> of(String session) {
    return request.apply(session).thenCombine(commands.apply(session), SessionHistory::members);
  }

  private static Map<String, @Nullable Object> members(
      Optional<String> request, CommandSummary commands) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("count", commands.count());
    view.put("errors", commands.errors());
    view.put("slow", commands.slow());
    view.put("slowest", commands.slowest().stream().map(SessionHistory::entry).toList());
    view.put("recent_errors", commands.recentErrors().stream().map(SessionHistory::entry).toList());
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("request_id", request.orElse(null));
    members.put("commands", view);
    return members;
  }

  private static Map<String, Object> entry(Entry entry) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("method", entry.method());
    view.put("path", entry.path());
    view.put("ms", entry.took().toMillis());
    view.put("status", entry.status());
    view.put("at", ApiJson.time(entry.at()));
    return view;
  }
}
