package io.gridfleet.lb.webdriver;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages around {@code session.new} (W3C WebDriver BiDi, "Protocol"), and their counterparts
 * in New Session over HTTP.
 *
 * @param id the command's; absent where none could be read
 * @param method empty where none could be read
 * @param params empty where there are none
 */
public record BidiMessage(Optional<Long> id, String method, Map<String, Object> params) {
  /** The largest integer that JSON's readers agree on: the specification's bound of an id. */
  private static final long MAX_ID = (1L << 53) - 1;

  private static final String SUCCESS = "success";
  private static final int OK = 200;

  /** A New Session answer over HTTP. */
  @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
  public record HttpAnswer(int status, byte[] body) {}

  /**
   * Reads a client's command; text that is not a command gives an empty method.
   *
   * @throws ProtocolException if the text isn't a JSON object
   */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  public static BidiMessage read(byte[] utf8) {
    Map<String, Object> command = Json.object(utf8);
    Optional<Long> id = id(command.get("id"));
    return id.isPresent()
            && command.get("method") instanceof String method
            && command.get("params") instanceof Map<?, ?> params
        ? new BidiMessage(id, method, (Map<String, Object>) params)
        : new BidiMessage(id, "", Map.of());
  }

  private static Optional<Long> id(@Nullable Object given) {
    return given instanceof Integer || given instanceof Long
        ? Optional.of(((Number) given).longValue()).filter(id -> id >= 0 && id <= MAX_ID)
        : Optional.empty();
  }

  /** A command whose parameters are a JSON object already. */
  public static byte[] command(long id, String method, byte[] params) {
    String start = "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":";
    return (start + new String(params, StandardCharsets.UTF_8) + "}")
        .getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] success(long id, Map<String, ?> result) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("type", SUCCESS);
    message.put("id", id);
    message.put("result", result);
    return Json.bytes(message);
  }

  /** An error's message; {@code id} is null where the command's couldn't be read. */
  public static byte[] error(Optional<Long> id, WebDriverError error) {
    return error(id, error.value());
  }

  private static byte[] error(Optional<Long> id, Map<?, ?> value) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("type", "error");
    message.put("id", id.orElse(null));
    value.forEach((name, member) -> message.put(String.valueOf(name), member));
    return Json.bytes(message);
  }

  /** The answer to {@code session.new}, from the answer to New Session. */
  public static byte[] ofHttp(long id, byte[] body) {
    Object value = Json.objectFromNode(body).get("value");
    if (value instanceof Map<?, ?> members && !members.containsKey("error")) {
      Map<String, Object> result = new LinkedHashMap<>();
      members.forEach((name, member) -> result.put(String.valueOf(name), member));
      return success(id, result);
    }
    return error(
        Optional.of(id),
        value instanceof Map<?, ?> error
            ? error
            : WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "no session").value());
  }

  /** A node's message as New Session's answer; empty where it isn't the answer to this command. */
  public static Optional<HttpAnswer> asHttp(long id, byte[] message) {
    Map<String, Object> received;
    try {
      received = Json.objectFromNode(message);
    } catch (ProtocolException unreadable) {
      return Optional.empty();
    }
    if (!id(received.get("id")).equals(Optional.of(id))) {
      return Optional.empty();
    }
    Map<String, Object> value = new LinkedHashMap<>();
    if (SUCCESS.equals(received.get("type"))
        && received.get("result") instanceof Map<?, ?> result) {
      result.forEach((name, member) -> value.put(String.valueOf(name), member));
      return Optional.of(new HttpAnswer(OK, Json.bytes(Map.of("value", value))));
    }
    String error = String.valueOf(received.get("error"));
    value.put("error", error);
    value.put("message", String.valueOf(received.get("message")));
    value.put("stacktrace", "");
    int status = ErrorCode.of(error).orElse(ErrorCode.UNKNOWN_ERROR).status();
    return Optional.of(new HttpAnswer(status, Json.bytes(Map.of("value", value))));
  }

  /** What a node answered to a command. */
  public record Answered(long id, boolean success) {}

  /** A node's message as the answer to a command; empty where it is none. */
  public static Optional<Answered> answered(byte[] message) {
    try {
      Map<String, Object> received = Json.objectFromNode(message);
      return id(received.get("id"))
          .map(id -> new Answered(id, SUCCESS.equals(received.get("type"))));
    } catch (ProtocolException unreadable) {
      return Optional.empty();
    }
  }

  /** The body of {@code session not created} with this text. */
  public static byte[] sessionNotCreatedOverHttp(String text) {
    return Json.bytes(WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, text).body());
  }
}
