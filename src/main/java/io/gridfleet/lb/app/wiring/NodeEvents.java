package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;

/** Each replica probes for itself: its watchers hear of a node from it alone. */
record NodeEvents(Runnable devicesChanged) implements NodeProbeListener {
  @Override
  public void nodeUp(NodeId node) {
    devicesChanged.run();
  }

  @Override
  public void nodeDown(NodeId node, String cause) {
    devicesChanged.run();
  }
}
