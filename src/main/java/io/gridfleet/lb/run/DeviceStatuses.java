package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import java.util.List;
import java.util.Optional;

/** The devices of the lab as they are now: a view on memory, asked by any thread. */
public interface DeviceStatuses {

  /** All of them, in an order that stays: reservations are handed out in it. */
  List<DeviceStatus> all();

  /** A device without its state; takes no time, so that an event loop may ask. */
  default Optional<Device> device(DeviceId id) {
    return find(id).map(DeviceStatus::device);
  }

  default Optional<DeviceStatus> find(DeviceId id) {
    return all().stream().filter(state -> state.device().id().equals(id)).findFirst();
  }
}
