package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The target of the commands of a live session.
 *
 * @param nodeName the node's name in errors and logs
 * @param tenant the owner of the session
 * @param commandTimeout the longest time without progress of one command
 * @param sockets WebSocket targets that are not under the node's own address, by the path that
 *     clients request, without its base ({@code /session/ID/se/cdp}); the client's query is kept
 * @param addresses the session's WebSocket addresses and directConnect keys that the client
 *     received, by capability; the node's own aren't forwarded
 */
public record SessionRoute(
    SessionId id,
    NodeAddress node,
    String nodeName,
    String tenant,
    Duration commandTimeout,
    Map<String, URI> sockets,
    Map<String, Object> addresses) {
  /** The prefix of a path's last segment where the rest of it is a secret. */
  public static final String KEY = "key-";

  /** Capabilities that hold a WebSocket address of a node. */
  public static final Set<String> ADDRESS_CAPABILITIES =
      Set.of("webSocketUrl", "se:cdp", "se:vnc", "se:gridWebSocketUrl");

  public SessionRoute {
    sockets = Map.copyOf(sockets);
    addresses = Map.copyOf(addresses);
  }

  /** Whether a path may be {@link #isKeyOf} some session's. */
  public static boolean mayHoldKey(String path) {
    return path.contains("/" + KEY);
  }

  /**
   * Whether a path is one of this session's sockets and holds its secret, which only the session's
   * client received.
   *
   * @param path the requested path without its base, with its query
   */
  public boolean isKeyOf(String path) {
    int query = path.indexOf('?');
    String requested = query < 0 ? path : path.substring(0, query);
    return requested.startsWith(KEY, requested.lastIndexOf('/') + 1)
        && sockets.containsKey(requested);
  }
}
