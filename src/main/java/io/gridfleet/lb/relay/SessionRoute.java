package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Where the commands of a live session go.
 *
 * @param nodeName what errors and logs call the node
 * @param commandTimeout longest time without progress of one command
 * @param sockets WebSocket targets that are not under the node's own address, by the path that
 *     clients ask us for, base taken off ({@code /session/ID/se/cdp}); a query of the client's is
 *     kept
 */
public record SessionRoute(
    SessionId id,
    NodeAddress node,
    String nodeName,
    Duration commandTimeout,
    Map<String, URI> sockets) {

  public SessionRoute {
    sockets = Map.copyOf(sockets);
  }

  public SessionRoute(SessionId id, NodeAddress node, String nodeName, Duration commandTimeout) {
    this(id, node, nodeName, commandTimeout, Map.of());
  }
}
