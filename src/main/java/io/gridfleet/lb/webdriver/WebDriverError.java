package io.gridfleet.lb.webdriver;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An error as it is sent to a client: the protocol's code, a text for people, and data for
 * programs.
 *
 * @param status the HTTP status; that of the code unless the transport has a better one (401, 413)
 * @param data left out of the body when empty
 */
public record WebDriverError(ErrorCode code, int status, String message, Map<String, Object> data) {

  public WebDriverError {
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  public static WebDriverError of(ErrorCode code, String message) {
    return new WebDriverError(code, code.status(), message, Map.of());
  }

  public static WebDriverError of(ErrorCode code, String message, Map<String, Object> data) {
    return new WebDriverError(code, code.status(), message, data);
  }

  public WebDriverError withStatus(int other) {
    return new WebDriverError(code, other, message, data);
  }

  public WebDriverError withData(Map<String, Object> other) {
    return new WebDriverError(code, status, message, other);
  }

  /** The member {@code value}: error, message, stacktrace (always empty), data. */
  public Map<String, Object> value() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("error", code.text());
    value.put("message", message);
    value.put("stacktrace", "");
    if (!data.isEmpty()) {
      value.put("data", data);
    }
    return value;
  }

  /** The W3C body. */
  public Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("value", value());
    return body;
  }

  /**
   * The body with the legacy number in front. Legacy clients read the number; so does every W3C
   * client that finds an error behind a 200 that was sent before the outcome was known.
   */
  public Map<String, Object> bodyWithLegacyStatus() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", code.legacyStatus());
    body.put("value", value());
    return body;
  }
}
