package io.gridfleet.lb.device;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** What operators and suites said about devices: a port over facts that survive a crash. */
public interface DeviceOverrides {

  /**
   * Changes the override of one device in one step.
   *
   * @param change may run more than once; has no effect of its own
   */
  CompletionStage<DeviceOverride> change(DeviceId device, UnaryOperator<DeviceOverride> change);

  CompletionStage<List<DeviceOverride>> all();
}
