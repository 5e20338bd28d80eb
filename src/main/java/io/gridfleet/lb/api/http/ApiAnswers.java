package io.gridfleet.lb.api.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Factory methods of {@link ApiAnswer}. */
public final class ApiAnswers {
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private ApiAnswers() {}

  public static ApiAnswer json(int status, Object value) {
    return new ApiAnswer.Whole(status, JSON, ApiJson.bytes(value));
  }

  public static ApiAnswer ok(Object value) {
    return json(200, value);
  }

  public static CompletionStage<ApiAnswer> now(Object value) {
    return CompletableFuture.completedStage(ok(value));
  }

  public static ApiAnswer empty() {
    return new ApiAnswer.Whole(204, Map.of(), new byte[0]);
  }

  public static ApiAnswer error(ApiError error, String requestId) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("code", error.code());
    body.put("message", String.valueOf(error.getMessage()));
    body.put("request_id", requestId);
    if (error.details() != null) {
      body.put("details", error.details());
    }
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("error", body);
    if (error.alsoBare()) {
      envelope.put("detail", String.valueOf(error.getMessage()));
    }
    Map<String, String> headers = new LinkedHashMap<>(JSON);
    headers.putAll(error.headers());
    return new ApiAnswer.Whole(error.status(), headers, ApiJson.bytes(envelope));
  }

  /**
   * Returns the body of unknown routes and wrong methods, which has no envelope
   * (rest.md#gridfleet-api).
   */
  public static ApiAnswer bare(int status, String detail, Map<String, String> more) {
    Map<String, String> headers = new LinkedHashMap<>(JSON);
    headers.putAll(more);
    return new ApiAnswer.Whole(status, headers, ApiJson.bytes(Map.of("detail", detail)));
  }

  public static ApiAnswer withHeader(ApiAnswer answer, String name, String value) {
    Map<String, String> headers = new LinkedHashMap<>(answer.headers());
    headers.put(name, value);
    if (answer instanceof ApiAnswer.Whole whole) {
      return new ApiAnswer.Whole(whole.status(), headers, whole.body());
    }
    ApiAnswer.Stream stream = (ApiAnswer.Stream) answer;
    return new ApiAnswer.Stream(stream.status(), headers, stream.source());
  }
}
