package io.gridfleet.lb.device;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** The overrides of devices; a port over durable storage. */
public interface DeviceOverrides {

  /**
   * Changes the override of one device atomically.
   *
   * @param change may run more than once; has no side effects
   */
  CompletionStage<DeviceOverride> change(DeviceId device, UnaryOperator<DeviceOverride> change);

  CompletionStage<List<DeviceOverride>> all();
}
