package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated node sends back.
 *
 * @param streamed when positive: instead of {@code body}, this many bytes of a known pattern
 */
@SuppressWarnings("ArrayRecordComponent") // answers are never compared
record Answer(int status, String contentType, byte[] body, long streamed, boolean chunked) {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String JSON_TYPE = "application/json; charset=utf-8";

  static Answer json(int status, JsonNode body) {
    try {
      return new Answer(status, JSON_TYPE, JSON.writeValueAsBytes(body), 0, false);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Answer value(@Nullable JsonNode value) {
    ObjectNode body = JSON.createObjectNode();
    body.set("value", value == null ? JSON.nullNode() : value);
    return json(200, body);
  }

  static Answer error(int status, String error, String message) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("value").put("error", error).put("message", message).put("stacktrace", "");
    return json(status, body);
  }

  static Answer unknownSession(String id) {
    return error(404, "invalid session id", "no session " + id + " lives here");
  }

  static Answer unknownCommand(NodeRequest request) {
    return error(404, "unknown command", request.method() + " " + request.path());
  }

  static Answer text(int status, String contentType, String body) {
    return new Answer(status, contentType, body.getBytes(StandardCharsets.UTF_8), 0, false);
  }

  static Answer stream(long bytes, boolean chunked) {
    return new Answer(200, "application/octet-stream", new byte[0], bytes, chunked);
  }
}
