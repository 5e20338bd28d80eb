package io.gridfleet.lb.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** JSON over HTTP/1.1 to one base URL. */
public final class JsonClient {
  public static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  public JsonClient(URI base) {
    this.base = base;
  }

  public Reply get(String path) {
    return send("GET", path, null, Map.of()).join();
  }

  public Reply delete(String path) {
    return send("DELETE", path, null, Map.of()).join();
  }

  public Reply post(String path, String body) {
    return send("POST", path, body, Map.of()).join();
  }

  /** {@code POST /session} with these members of {@code alwaysMatch}, single quotes for double. */
  public CompletableFuture<Reply> newSession(String members) {
    return newSession(members, Map.of());
  }

  public CompletableFuture<Reply> newSession(String members, Map<String, String> headers) {
    String body = "{'capabilities':{'alwaysMatch':{" + members + "}}}";
    return send("POST", "/session", body.replace('\'', '"'), headers);
  }

  public CompletableFuture<Reply> send(
      String method, String path, @Nullable String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json; charset=utf-8");
    }
    headers.forEach(request::header);
    return http.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Reply::of);
  }

  /**
   * A reply.
   *
   * @param body a missing node when it isn't JSON
   */
  public record Reply(int status, JsonNode body, String text, Map<String, String> headers) {
    static Reply of(HttpResponse<String> response) {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
      return new Reply(response.statusCode(), parsed(response.body()), response.body(), headers);
    }

    public JsonNode value() {
      return body.path("value");
    }

    public String error() {
      return value().path("error").asText();
    }

    public String sessionId() {
      return value().path("sessionId").asText();
    }

    private static JsonNode parsed(String text) {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        return JSON.missingNode();
      }
    }
  }
}
