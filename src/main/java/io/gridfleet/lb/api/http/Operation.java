package io.gridfleet.lb.api.http;

import io.gridfleet.lb.auth.Access;
import io.gridfleet.lb.auth.AccessTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * One method on one path: its handler and its description.
 *
 * @param template the path, with names in braces for variable segments
 */
public record Operation(String method, String template, Handler handler, Doc doc) {

  /**
   * Handles a call; throws or fails with an {@link ApiError}, a {@code RunException} or an {@code
   * OperatorLockException}.
   */
  public interface Handler {
    CompletionStage<ApiAnswer> handle(ApiCall call);
  }

  /**
   * The operation's entry in openapi.json.
   *
   * @param query names of parameters
   * @param body the schema of the request's body; empty for none
   * @param answers the schema by status; an empty name for an answer without a body
   */
  public record Doc(String summary, List<String> query, String body, Map<Integer, String> answers) {
    public Doc {
      query = List.copyOf(query);
      answers = new TreeMap<>(answers);
    }
  }

  public static Operation get(String template, String summary, Handler handler) {
    return of("GET", template, summary, handler);
  }

  public static Operation post(String template, String summary, Handler handler) {
    return of("POST", template, summary, handler);
  }

  public static Operation of(String method, String template, String summary, Handler handler) {
    return new Operation(method, template, handler, new Doc(summary, List.of(), "", Map.of()));
  }

  /** Returns the access rule of the route. */
  public Access access() {
    return AccessTable.of(method + " " + template);
  }

  public Operation query(String... names) {
    return with(new Doc(doc.summary, List.of(names), doc.body, doc.answers));
  }

  public Operation body(String schema) {
    return with(new Doc(doc.summary, doc.query, schema, doc.answers));
  }

  public Operation answers(int status, String schema) {
    Map<Integer, String> all = new TreeMap<>(doc.answers);
    all.put(status, schema);
    return with(new Doc(doc.summary, doc.query, doc.body, all));
  }

  /** Adds statuses whose body is the error envelope. */
  public Operation refuses(int... statuses) {
    Operation result = this;
    for (int status : statuses) {
      result = result.answers(status, "Error");
    }
    return result;
  }

  private Operation with(Doc newer) {
    return new Operation(method, template, handler, newer);
  }

  /** Returns the names in the template. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String segment : template.split("/", -1)) {
      if (segment.startsWith("{")) {
        names.add(segment.substring(1, segment.length() - 1));
      }
    }
    return names;
  }
}
