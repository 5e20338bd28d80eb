package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.DeviceOverrides;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Changes the override of a device and notifies the listener. */
public final class ChangeOverride {
  private final DeviceOverrides overrides;
  private final Consumer<DeviceOverride> listener;

  /**
   * @param listener receives each changed override after it is stored
   */
  public ChangeOverride(DeviceOverrides overrides, Consumer<DeviceOverride> listener) {
    this.overrides = overrides;
    this.listener = listener;
  }

  /** Puts the device into maintenance, or ends it without a reason. */
  public CompletionStage<DeviceOverride> maintenance(DeviceId device, Optional<String> reason) {
    return change(device, was -> new DeviceOverride(device, reason, was.tags(), was.testData()));
  }

  /** Replaces the tags that override the inventory's. */
  public CompletionStage<DeviceOverride> tags(DeviceId device, Map<String, String> tags) {
    return change(
        device, was -> new DeviceOverride(device, was.maintenance(), tags, was.testData()));
  }

  /** Changes the test data of the device. */
  public CompletionStage<DeviceOverride> testData(
      DeviceId device, UnaryOperator<Map<String, Object>> newer) {
    return change(
        device,
        was ->
            new DeviceOverride(device, was.maintenance(), was.tags(), newer.apply(was.testData())));
  }

  private CompletionStage<DeviceOverride> change(
      DeviceId device, UnaryOperator<DeviceOverride> change) {
    return overrides
        .change(device, change)
        .thenApply(
            now -> {
              listener.accept(now);
              return now;
            });
  }
}
