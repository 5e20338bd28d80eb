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
  private final Listener listener;

  /** Receives the changes after they are stored. */
  public interface Listener {
    void changed(DeviceOverride now);

    /**
     * The maintenance of a device began, or ended.
     *
     * @param by who began or ended it
     */
    default void maintenance(DeviceOverride now, String by) {
      changed(now);
    }
  }

  /**
   * @param listener receives each changed override after it is stored
   */
  public ChangeOverride(DeviceOverrides overrides, Listener listener) {
    this.overrides = overrides;
    this.listener = listener;
  }

  /**
   * Puts the device into maintenance, or ends it without a reason.
   *
   * @param by who does it
   */
  public CompletionStage<DeviceOverride> maintenance(
      DeviceId device, Optional<String> reason, String by) {
    return change(
        device,
        was -> new DeviceOverride(device, reason, was.tags(), was.testData()),
        now -> listener.maintenance(now, by));
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
    return change(device, change, listener::changed);
  }

  private CompletionStage<DeviceOverride> change(
      DeviceId device, UnaryOperator<DeviceOverride> change, Consumer<DeviceOverride> done) {
    return overrides
        .change(device, change)
        .thenApply(
            now -> {
              done.accept(now);
              return now;
            });
  }
}
