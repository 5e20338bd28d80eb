package io.gridfleet.lb.simulator;

import java.util.Map;

/**
 * A whole request as a simulated node read it.
 *
 * @param path the path below the node's base path, without query
 * @param headers names in lower case; of a repeated header the last value
 * @param body the first bytes of the body, at most {@link #MAX_BODY_KEPT}
 * @param bodyLength how many bytes the body had on the wire, framing taken off
 */
@SuppressWarnings("ArrayRecordComponent") // requests are never compared
record SimulatedRequest(
    String method,
    String path,
    String query,
    Map<String, String> headers,
    byte[] body,
    long bodyLength) {

  /** Enough for any capabilities; longer bodies are uploads, of which only the size is used. */
  static final int MAX_BODY_KEPT = 4 << 20;

  private static final String UNDER_SESSION = "/session/";

  /** The session that the path names, or an empty string. */
  String sessionId() {
    if (!path.startsWith(UNDER_SESSION)) {
      return "";
    }
    int end = path.indexOf('/', UNDER_SESSION.length());
    return path.substring(UNDER_SESSION.length(), end < 0 ? path.length() : end);
  }

  /** What follows the session id: {@code element/7/text}, or an empty string. */
  String tail() {
    int from = UNDER_SESSION.length() + sessionId().length() + 1;
    return path.length() <= from ? "" : path.substring(from);
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }
}
