package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.run.DeviceStatuses;
import io.gridfleet.lb.run.FakeDeviceOverrides;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The states of the lab's devices from the distributor. */
final class TestDeviceStates implements DeviceStatuses {
  private final Distributor distributor;
  private final FakeDeviceOverrides overrides;
  private final InstantSource clock;
  private final Map<DeviceId, Instant> added = new ConcurrentHashMap<>();

  TestDeviceStates(Distributor distributor, FakeDeviceOverrides overrides, InstantSource clock) {
    this.distributor = distributor;
    this.overrides = overrides;
    this.clock = clock;
  }

  @Override
  public List<DeviceStatus> all() {
    Instant now = clock.instant();
    return distributor.states().stream().map(device -> state(device, now)).toList();
  }

  private DeviceStatus state(DeviceView device, Instant now) {
    DeviceId id = device.device().id();
    return new DeviceStatus(
        device.device(),
        overrides.of(id),
        device.inhibitors(),
        device.locks(),
        added.computeIfAbsent(id, first -> now));
  }
}
