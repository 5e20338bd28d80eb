package io.gridfleet.lb.node;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every node that this process has loaded: one removed from the inventory may still have sessions.
 */
public final class NodeDirectory {
  private final Map<NodeId, Node> nodes = new ConcurrentHashMap<>();

  public void register(Collection<Node> all) {
    all.forEach(node -> nodes.put(node.id(), node));
  }

  public Optional<Node> find(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }
}
