package io.gridfleet.lb.node;

import java.util.Map;

/**
 * Receives changes of the health of nodes. Called on a {@code node-*} thread, under no lock, in
 * order for each node; must not block.
 */
public interface NodeProbeListener {

  /** The node answers: for the first time, or again. */
  default void nodeUp(NodeId node) {}

  /**
   * The node reports versions of its browsers, by their names in lower case; called when they
   * change.
   */
  default void browsersReported(NodeId node, Map<String, String> versions) {}

  /** The node doesn't answer; {@code cause} is one line of text. */
  default void nodeDown(NodeId node, String cause) {}
}
