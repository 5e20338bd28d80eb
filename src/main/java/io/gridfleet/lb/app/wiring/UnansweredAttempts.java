package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.node.NodeId;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Reports the node of an attempt that got no answer. A node that answers an error is alive.
 *
 * @param probe probes the node; must not block
 */
record UnansweredAttempts(Consumer<NodeId> probe) implements NewSessionListener {
  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failed && failed.answer().isEmpty()) {
      probe.accept(device.node().id());
    }
  }
}
