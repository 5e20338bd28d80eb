package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A {@code POST /session} as received by a simulated node.
 *
 * @param headers names in lower case
 * @param body the parsed body; a missing node when it wasn't JSON
 * @param nanos its arrival, in the time of {@link System#nanoTime}
 */
public record ReceivedCreation(
    String udid, Map<String, String> headers, JsonNode body, long nanos) {

  /** The members that each entry of {@code firstMatch} is merged with. */
  public JsonNode alwaysMatch() {
    return body.path("capabilities").path("alwaysMatch");
  }
}
