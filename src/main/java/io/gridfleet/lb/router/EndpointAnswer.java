package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer that this server makes itself.
 *
 * @param headers beside content type, length and {@code Cache-Control: no-cache}, which are set by
 *     default and which they replace
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once
public record EndpointAnswer(
    int status, String contentType, byte[] body, Map<String, String> headers) {
  private static final int OK = 200;

  public static EndpointAnswer json(int status, @Nullable Object body) {
    return jsonBytes(status, Json.bytes(body));
  }

  public static EndpointAnswer jsonBytes(int status, byte[] body) {
    return new EndpointAnswer(status, HttpAnswers.JSON, body, Map.of());
  }

  public static EndpointAnswer text(int status, String text) {
    return new EndpointAnswer(
        status, HttpAnswers.TEXT, text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  public static EndpointAnswer error(WebDriverError error) {
    return json(error.status(), error.body());
  }

  /** {@code {"value": …}} with status 200. */
  public static EndpointAnswer value(@Nullable Object value) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("value", value);
    return json(OK, body);
  }

  public EndpointAnswer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new EndpointAnswer(status, contentType, body, more);
  }
}
