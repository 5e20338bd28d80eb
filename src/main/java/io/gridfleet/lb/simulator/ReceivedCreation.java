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

  /** What every entry of {@link #firstMatch} has besides; the whole set where that is one {}. */
  public JsonNode alwaysMatch() {
    return body.path("capabilities").path("alwaysMatch");
  }

  /** The entries that the node may choose from, in order. */
  public JsonNode firstMatch() {
    return body.path("capabilities").path("firstMatch");
  }
}
