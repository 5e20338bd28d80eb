package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.SeatView;
import io.gridfleet.lb.run.DeviceState;
import io.gridfleet.lb.run.DeviceStates;
import io.gridfleet.lb.run.FakeDeviceOverrides;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The devices of the lab as the distributor sees them. */
final class SeatStates implements DeviceStates {
  private final Distributor distributor;
  private final FakeDeviceOverrides overrides;
  private final InstantSource clock;
  private final Map<DeviceId, Instant> added = new ConcurrentHashMap<>();

  SeatStates(Distributor distributor, FakeDeviceOverrides overrides, InstantSource clock) {
    this.distributor = distributor;
    this.overrides = overrides;
    this.clock = clock;
  }

  @Override
  public List<DeviceState> all() {
    Instant now = clock.instant();
    return distributor.seats().stream().map(seat -> state(seat, now)).toList();
  }

  private DeviceState state(SeatView seat, Instant now) {
    DeviceId id = seat.device().id();
    return new DeviceState(
        seat.device(),
        overrides.of(id),
        seat.inhibitors(),
        seat.locks(),
        added.computeIfAbsent(id, device -> now));
  }
}
