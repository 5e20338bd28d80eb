package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import java.util.List;
import java.util.Optional;

/** The current state of the lab's devices: an in-memory view for any thread. */
public interface DeviceStatuses {

  /** Returns all devices in a stable order, in which reservations are assigned. */
  List<DeviceStatus> all();

  /** Returns a device without its state; cheap enough for event loops. */
  default Optional<Device> device(DeviceId id) {
    return find(id).map(DeviceStatus::device);
  }

  default Optional<DeviceStatus> find(DeviceId id) {
    return all().stream().filter(state -> state.device().id().equals(id)).findFirst();
  }
}
