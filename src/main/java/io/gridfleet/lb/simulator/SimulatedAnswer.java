package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An answer of a simulated node.
 *
 * @param streamed when positive: instead of {@code body}, this many bytes of a known pattern
 */
@SuppressWarnings("ArrayRecordComponent") // answers are never compared
record SimulatedAnswer(
    int status, String contentType, byte[] body, long streamed, boolean chunked) {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String JSON_TYPE = "application/json; charset=utf-8";

  static SimulatedAnswer json(int status, JsonNode body) {
    try {
      return new SimulatedAnswer(status, JSON_TYPE, JSON.writeValueAsBytes(body), 0, false);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SimulatedAnswer value(@Nullable JsonNode value) {
    ObjectNode body = JSON.createObjectNode();
    body.set("value", value == null ? JSON.nullNode() : value);
    return json(200, body);
  }

  static SimulatedAnswer error(int status, String error, String message) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("value").put("error", error).put("message", message).put("stacktrace", "");
    return json(status, body);
  }

  static SimulatedAnswer unknownSession(String id) {
    return error(404, "invalid session id", "no session " + id + " lives here");
  }

  static SimulatedAnswer unknownCommand(SimulatedRequest request) {
    return error(404, "unknown command", request.method() + " " + request.path());
  }

  static SimulatedAnswer text(int status, String contentType, String body) {
    return new SimulatedAnswer(
        status, contentType, body.getBytes(StandardCharsets.UTF_8), 0, false);
  }

  static SimulatedAnswer stream(long bytes, boolean chunked) {
    return new SimulatedAnswer(200, "application/octet-stream", new byte[0], bytes, chunked);
  }
}
