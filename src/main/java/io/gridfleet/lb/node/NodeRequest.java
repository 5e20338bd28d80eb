package io.gridfleet.lb.node;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One request that this server makes to a node.
 *
 * @param method GET, POST or DELETE
 * @param path the path after the node's base path, with its leading slash
 * @param headers beside Host, Content-Length and Content-Type, which are set by default
 * @param body JSON bytes; empty for none
 * @param deadline the longest time to the end of the answer, connecting included
 * @param wanted queried directly before the first byte is written: if it returns false, none is
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and large
public record NodeRequest(
    String method,
    String path,
    Map<String, String> headers,
    byte[] body,
    Duration deadline,
    BooleanSupplier wanted) {
  private static final String IDEMPOTENCY_KEY = "X-Idempotency-Key";

  public NodeRequest(
      String method, String path, Map<String, String> headers, byte[] body, Duration deadline) {
    this(method, path, headers, body, deadline, () -> true);
  }

  /**
   * Returns New Session with the attempt's own idempotency key, by which an Appium node can be
   * queried later.
   */
  public static NodeRequest create(byte[] payload, String idempotencyKey, Duration deadline) {
    return new NodeRequest(
        "POST", "/session", Map.of(IDEMPOTENCY_KEY, idempotencyKey), payload, deadline);
  }

  /** Returns the same request with a condition that is checked before it is sent. */
  public NodeRequest onlyIf(BooleanSupplier stillWanted) {
    return new NodeRequest(method, path, headers, body, deadline, stillWanted);
  }

  public static NodeRequest get(String path, Duration deadline) {
    return new NodeRequest("GET", path, Map.of(), new byte[0], deadline);
  }
}
