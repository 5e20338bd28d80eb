package io.gridfleet.lb.node;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * A remote end that sessions are forwarded to: an Appium server, a chromedriver, another grid.
 *
 * @param url where commands go, base path included
 * @param publicUrl what directConnect tells clients; without it the node gives no directConnect
 * @param forwardedCapabilities names of our own capabilities that this node gets nevertheless, in
 *     lower case
 */
public record Node(NodeId id, URI url, Optional<URI> publicUrl, Set<String> forwardedCapabilities) {
  public Node {
    forwardedCapabilities = Set.copyOf(forwardedCapabilities);
  }
}
