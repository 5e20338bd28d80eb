package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Where the commands of a live session go.
 *
 * @param nodeName what errors and logs call the node
 * @param tenant whose session it is
 * @param commandTimeout longest time without progress of one command
 * @param sockets WebSocket targets that are not under the node's own address, by the path that
 *     clients ask us for, base taken off ({@code /session/ID/se/cdp}); a query of the client's is
 *     kept
 * @param addresses the session's WebSocket addresses and directConnect keys that the client was
 *     given, by capability: the node's own don't reach it
 */
public record SessionRoute(
    SessionId id,
    NodeAddress node,
    String nodeName,
    String tenant,
    Duration commandTimeout,
    Map<String, URI> sockets,
    Map<String, Object> addresses) {
  /** What the last segment of a path begins with where the rest of it is a secret. */
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
   * Whether a path is one of this session's sockets and holds the secret of it, so that whoever
   * asks for it was given it.
   *
   * @param path what the client asks for, base taken off, with its query
   */
  public boolean isKeyOf(String path) {
    int query = path.indexOf('?');
    String asked = query < 0 ? path : path.substring(0, query);
    return asked.startsWith(KEY, asked.lastIndexOf('/') + 1) && sockets.containsKey(asked);
  }
}
