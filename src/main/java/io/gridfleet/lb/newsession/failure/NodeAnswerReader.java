package io.gridfleet.lb.newsession.failure;

import io.gridfleet.lb.newsession.AttemptOutcome.Created;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.SessionId;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node's answer to New Session, parsed leniently: W3C, legacy, or the error of a gateway in
 * between.
 *
 * @param created the session, if one was created
 * @param unusableId the id of a created session, if it can't be used in a path
 * @param named the W3C error; empty where none is named
 * @param message the error's text, or else the body
 * @param error the error for the client
 */
record NodeAnswerReader(
    Optional<Created> created,
    Optional<String> unusableId,
    String named,
    String message,
    WebDriverError error) {
  /** The maximum length of a message. */
  private static final int MAX_MESSAGE_LENGTH = 16_384;

  static NodeAnswerReader read(int status, byte[] body) {
    Map<String, Object> members = members(body);
    Map<String, Object> value = object(members.get("value"));
    Optional<String> id = status < 300 ? createdId(members, value) : Optional.empty();
    Optional<Created> created = id.flatMap(SessionId::parse).map(it -> session(it, members, value));
    if (created.isPresent()) {
      return new NodeAnswerReader(created, Optional.empty(), "", "", error(status, "", "", value));
    }
    String named = named(members, value);
    String message = message(members, value, body);
    return new NodeAnswerReader(created, id, named, message, error(status, named, message, value));
  }

  boolean saysError() {
    return !named.isEmpty();
  }

  private static Map<String, Object> members(byte[] body) {
    try {
      return Json.objectFromNode(body);
    } catch (ProtocolException notAnObject) {
      return Map.of();
    }
  }

  private static Optional<String> createdId(
      Map<String, Object> members, Map<String, Object> value) {
    boolean w3c = value.get("sessionId") instanceof String;
    boolean legacyError = members.get("status") instanceof Number status && status.intValue() != 0;
    if (legacyError || (!w3c && value.containsKey("error"))) {
      return Optional.empty();
    }
    Object id = w3c ? value.get("sessionId") : members.get("sessionId");
    return id instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
  }

  private static Created session(
      SessionId id, Map<String, Object> members, Map<String, Object> value) {
    boolean w3c = value.get("sessionId") instanceof String;
    Map<String, Object> capabilities = w3c ? object(value.get("capabilities")) : value;
    Map<String, Object> others = new LinkedHashMap<>(members);
    others.remove("value");
    others.remove("sessionId");
    others.remove("status");
    return new Created(id, Capabilities.of(capabilities), others);
  }

  private static String named(Map<String, Object> members, Map<String, Object> value) {
    if (value.get("error") instanceof String error) {
      return error;
    }
    if (members.get("status") instanceof Number status && status.intValue() != 0) {
      return legacyName(status.intValue());
    }
    return members.get("error") instanceof String bare ? bare : "";
  }

  private static String legacyName(int status) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.legacyStatus() == status) {
        return code.text();
      }
    }
    return ErrorCode.UNKNOWN_ERROR.text();
  }

  private static String message(
      Map<String, Object> members, Map<String, Object> value, byte[] body) {
    Object found = value.get("message");
    if (found == null) {
      found = members.get("message");
    }
    if (found == null) {
      found = members.get("value") instanceof String text ? text : null;
    }
    String message =
        found instanceof String text
            ? text
            : new String(
                body, 0, Math.min(body.length, MAX_MESSAGE_LENGTH), StandardCharsets.UTF_8);
    return message.length() > MAX_MESSAGE_LENGTH
        ? message.substring(0, MAX_MESSAGE_LENGTH)
        : message;
  }

  private static WebDriverError error(
      int status, String named, String message, Map<String, Object> value) {
    ErrorCode fallback = status == 400 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.SESSION_NOT_CREATED;
    ErrorCode code = ErrorCode.of(named).orElse(fallback);
    WebDriverError error = WebDriverError.of(code, message, object(value.get("data")));
    return status >= 400 ? error.withStatus(status) : error;
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
