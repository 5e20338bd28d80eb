package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A {@code POST /session} as it reached a simulated node.
 *
 * @param headers names in lower case
 * @param body what was parsed; a missing node when it wasn't JSON
 * @param nanos when it arrived, as {@link System#nanoTime} has it
 */
public record ReceivedCreation(
    String udid, Map<String, String> headers, JsonNode body, long nanos) {

  /** The {@code X-Idempotency-Key}, or an empty string. */
  public String idempotencyKey() {
    return headers.getOrDefault("x-idempotency-key", "");
  }

  /** The only set of capabilities that a node behind a balancer should see. */
  public JsonNode alwaysMatch() {
    return body.path("capabilities").path("alwaysMatch");
  }
}
