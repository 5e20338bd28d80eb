package io.gridfleet.lb.app;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Every node that this process has known: one that left the inventory may still have sessions. */
final class NodeDirectory {
  private final Map<NodeId, Node> nodes = new ConcurrentHashMap<>();

  void know(Collection<Node> all) {
    all.forEach(node -> nodes.put(node.id(), node));
  }

  Optional<Node> find(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }
}
