package io.gridfleet.lb.device;

import java.util.Optional;

/** News about devices that every replica wants at once; the store's facts say the rest. */
public sealed interface FleetSignal {

  /** A slot was freed; {@code token} is that of the lock that held it. */
  record Freed(DeviceId device, int slot, long token) implements FleetSignal {}

  /** A device is avoided, or isn't any more. */
  record AvoidanceChanged(DeviceId device) implements FleetSignal {}

  /** Reservations changed; of one device, or of any. */
  record ReservationsChanged(Optional<DeviceId> device) implements FleetSignal {}

  /** An operator changed maintenance, tags or test data of a device. */
  record OverridesChanged(DeviceId device) implements FleetSignal {}

  /** A session ended; its routes can be forgotten. */
  record SessionEnded(String session) implements FleetSignal {}
}
