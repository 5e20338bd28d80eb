package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Calls the API as the HTTP endpoint does, validates every answer against the description, and
 * records the exchange.
 */
public final class ApiClient {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final ApiLab lab;
  private final JsonNode description;
  private final StringBuilder transcript = new StringBuilder();
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Set<String> called = new LinkedHashSet<>();

  public ApiClient(ApiLab lab) {
    this(lab, Map.of());
  }

  /**
   * @param headers the headers of the request for the description
   */
  ApiClient(ApiLab lab, Map<String, String> headers) {
    this.lab = lab;
    this.description = call("GET", "/api/openapi.json", "", headers).body();
  }

  /** An answer. */
  public record Reply(int status, Map<String, String> headers, JsonNode body) {
    public String text(String pointer) {
      return body.at(pointer).asText();
    }
  }

  public Reply get(String target) {
    return exchange("GET", target, "");
  }

  Reply post(String target) {
    return exchange("POST", target, "");
  }

  public Reply post(String target, String body) {
    return exchange("POST", target, body);
  }

  /** Sends a request, validates the answer, and records both. */
  Reply exchange(String method, String target, String body) {
    Reply reply = call(method, target, body, Map.of());
    hold(method, target, reply);
    write(method, target, body, reply);
    return reply;
  }

  /** Creates an object and names its id. */
  String begin(String target, String body, String name) {
    Reply reply = call("POST", target, body, Map.of());
    assertThat(reply.status()).isEqualTo(201);
    name(reply.text("/id"), name);
    hold("POST", target, reply);
    write("POST", target, body, reply);
    return reply.text("/id");
  }

  /** Sends a request without validating the answer. */
  Reply call(String method, String target, String body, Map<String, String> headers) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String query = mark < 0 ? "" : target.substring(mark + 1);
    ApiAnswer answer =
        lab.api
            .handle(
                new ApiRequest(method, path, query, headers, body.getBytes(StandardCharsets.UTF_8)))
            .toCompletableFuture()
            .orTimeout(5, TimeUnit.SECONDS)
            .join();
    byte[] bytes = answer instanceof ApiAnswer.Whole whole ? whole.body() : new byte[0];
    try {
      JsonNode json = bytes.length == 0 ? MissingNode.getInstance() : MAPPER.readTree(bytes);
      return new Reply(answer.status(), answer.headers(), json);
    } catch (IOException notJson) {
      throw new AssertionError(notJson);
    }
  }

  /** Replaces an id by a stable name in the transcript. */
  void name(String id, String name) {
    names.put(id, "<" + name + ">");
  }

  String transcript() {
    return transcript.toString();
  }

  /** The called operations, by template and method. */
  Set<String> called() {
    return called;
  }

  JsonNode description() {
    return description;
  }

  private void hold(String method, String target, Reply reply) {
    String template = template(method, target.replaceAll("\\?.*", ""));
    if (template.isEmpty()) {
      return;
    }
    called.add(method + " " + template);
    JsonNode described =
        description.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
    JsonNode answer = described.path("responses").path(Integer.toString(reply.status()));
    assertThat(answer.isMissingNode())
        .as("%s %s answers %d, which is not described: %s", method, target, reply.status(), reply)
        .isFalse();
    JsonNode content = answer.path("content");
    if (content.isMissingNode()) {
      assertThat(reply.body().isMissingNode()).isTrue();
    } else if (content.has("application/json")) {
      JsonNode schema = content.path("application/json").path("schema");
      new ResponseSchema(description).check(schema, reply.body(), method + " " + target);
    }
  }

  private String template(String method, String path) {
    String best = "";
    var paths = description.path("paths").properties();
    for (Map.Entry<String, JsonNode> entry : paths) {
      String pattern = entry.getKey().replaceAll("\\{[^}]+}", "[^/]+");
      boolean literal = best.isEmpty() || entry.getKey().indexOf('{') > best.indexOf('{');
      boolean described = entry.getValue().has(method.toLowerCase(Locale.ROOT));
      if (path.matches(pattern) && described && (literal || !entry.getKey().contains("{"))) {
        best = entry.getKey();
      }
    }
    return best;
  }

  private void write(String method, String target, String body, Reply reply) {
    try {
      transcript.append("> ").append(method).append(' ').append(named(target)).append('\n');
      if (!body.isEmpty()) {
        transcript.append("> ").append(named(body)).append('\n');
      }
      transcript.append("< ").append(reply.status());
      reply.headers().entrySet().stream()
          .filter(header -> !header.getKey().equals("X-Request-ID"))
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              h -> transcript.append("\n< ").append(h.getKey()).append(": ").append(h.getValue()));
      transcript.append('\n');
      if (!reply.body().isMissingNode()) {
        Object sorted = MAPPER.treeToValue(reply.body(), Object.class);
        String pretty = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(sorted);
        transcript.append(named(pretty)).append('\n');
      }
      transcript.append('\n');
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private String named(String text) {
    String result = text.replaceAll("(\"request_id\" : )\"[^\"]*\"", "$1\"<request>\"");
    for (Map.Entry<String, String> name : names.entrySet()) {
      result = result.replace(name.getKey(), name.getValue());
    }
    return result;
  }
}
