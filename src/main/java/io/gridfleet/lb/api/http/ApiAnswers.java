package io.gridfleet.lb.api.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Factory methods of {@link ApiAnswer}. */
public final class ApiAnswers {
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  /** An array of more values is made in pieces. */
  private static final int MAX_WHOLE = 500;

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

  /** Returns an array of these values: whole if they are few, else in pieces. */
  public static <T> CompletionStage<ApiAnswer> array(List<T> values, Function<T, Object> json) {
    return values.size() <= MAX_WHOLE
        ? now(values.stream().map(json).toList())
        : CompletableFuture.completedStage(
            new ApiAnswer.Pieces(200, JSON, new ArrayPieces<>(values, json)));
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
    if (answer instanceof ApiAnswer.Pieces list) {
      return new ApiAnswer.Pieces(list.status(), headers, list.pieces());
    }
    ApiAnswer.Stream stream = (ApiAnswer.Stream) answer;
    return new ApiAnswer.Stream(stream.status(), headers, stream.source());
  }
}
