package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.DeviceOverrides;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Overrides in memory. */
public final class FakeDeviceOverrides implements DeviceOverrides {
  private final Map<DeviceId, DeviceOverride> all = new ConcurrentHashMap<>();

  public DeviceOverride of(DeviceId device) {
    return all.getOrDefault(device, DeviceOverride.none(device));
  }

  @Override
  public CompletionStage<DeviceOverride> change(
      DeviceId device, UnaryOperator<DeviceOverride> change) {
    return CompletableFuture.completedStage(
        all.compute(
            device, (id, was) -> change.apply(was == null ? DeviceOverride.none(device) : was)));
  }

  @Override
  public CompletionStage<List<DeviceOverride>> all() {
    return CompletableFuture.completedStage(List.copyOf(all.values()));
  }
}
