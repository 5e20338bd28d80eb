package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.DeviceOverrides;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Changes what is said about a device on top of the inventory, and tells it. */
public final class ChangeOverride {
  private final DeviceOverrides overrides;
  private final Consumer<DeviceOverride> listener;

  /**
   * @param listener is told each override that changed, after it is a fact
   */
  public ChangeOverride(DeviceOverrides overrides, Consumer<DeviceOverride> listener) {
    this.overrides = overrides;
    this.listener = listener;
  }

  /** Takes the device out of service, or back in. */
  public CompletionStage<DeviceOverride> maintenance(DeviceId device, Optional<String> reason) {
    return change(device, was -> new DeviceOverride(device, reason, was.tags(), was.testData()));
  }

  /** Sets tags on top of the inventory's. */
  public CompletionStage<DeviceOverride> tags(DeviceId device, Map<String, String> tags) {
    return change(
        device, was -> new DeviceOverride(device, was.maintenance(), tags, was.testData()));
  }

  /** Changes what suites keep with the device. */
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
