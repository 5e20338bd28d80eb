package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Answers;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer of our own.
 *
 * @param headers beside content type, length and {@code Cache-Control: no-cache}, which are set for
 *     it and which they replace
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once
public record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
  private static final int OK = 200;

  public static Answer json(int status, @Nullable Object body) {
    return jsonBytes(status, Json.bytes(body));
  }

  public static Answer jsonBytes(int status, byte[] body) {
    return new Answer(status, Answers.JSON, body, Map.of());
  }

  public static Answer text(int status, String text) {
    return new Answer(status, Answers.TEXT, text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  public static Answer error(WebDriverError error) {
    return json(error.status(), error.body());
  }

  /** {@code {"value": …}} with status 200. */
  public static Answer value(@Nullable Object value) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("value", value);
    return json(OK, body);
  }

  public Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, contentType, body, more);
  }
}
