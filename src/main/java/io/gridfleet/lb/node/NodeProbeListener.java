package io.gridfleet.lb.node;

import java.util.Map;

/**
 * Hears when a node is found dead or alive. Called on a {@code node-*} thread, under no lock, for
 * one node in order; must not block.
 */
public interface NodeProbeListener {

  /** The node answers: for the first time, or again. */
  default void nodeUp(NodeId node) {}

  /**
   * The node tells the versions of its browsers, by their names in lower case; when they change.
   */
  default void browsersTold(NodeId node, Map<String, String> versions) {}

  /** The node doesn't answer; {@code cause} is one line for people. */
  default void nodeDown(NodeId node, String cause) {}
}
