package io.gridfleet.lb.node;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A remote end that sessions are forwarded to: an Appium server, a chromedriver, another grid.
 *
 * @param url where commands go, base path included
 * @param publicUrl what directConnect tells clients; without it the node gives no directConnect
 * @param forwardedCapabilities names of our own capabilities that this node gets nevertheless, in
 *     lower case
 * @param socketHosts hosts beside the node's own that its WebSocket addresses may lead to, in lower
 *     case
 */
public record Node(
    NodeId id,
    URI url,
    Optional<URI> publicUrl,
    Set<String> forwardedCapabilities,
    Set<String> socketHosts) {
  public Node {
    forwardedCapabilities = Set.copyOf(forwardedCapabilities);
    socketHosts = Set.copyOf(socketHosts);
  }

  public Node(NodeId id, URI url, Optional<URI> publicUrl, Set<String> forwardedCapabilities) {
    this(id, url, publicUrl, forwardedCapabilities, Set.of());
  }

  /** Whether a WebSocket address that the node names is followed. */
  public boolean mayLeadTo(URI socket) {
    String host = socket.getHost();
    String own = url.getHost();
    return host != null
        && (host.equalsIgnoreCase(own)
            || (own != null && isLoopback(own) && isLoopback(host))
            || socketHosts.contains(host.toLowerCase(Locale.ROOT)));
  }

  private static boolean isLoopback(String host) {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
    return address == null
        ? host.equalsIgnoreCase("localhost")
        : address.isLoopbackAddress() || address.isAnyLocalAddress();
  }
}
