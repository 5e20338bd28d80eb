package io.gridfleet.lb.node;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A remote end on which sessions are created: an Appium server, a chromedriver, another grid.
 *
 * @param url the address of commands, base path included
 * @param publicUrl the address in directConnect; without it the node offers no directConnect
 * @param forwardedCapabilities names of gridfleet: capabilities that are forwarded to this node
 *     nevertheless, in lower case
 * @param socketHosts hosts beside the node's own that its WebSocket addresses may point to, in
 *     lower case
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

  /** Whether a WebSocket address of the node is used. */
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
