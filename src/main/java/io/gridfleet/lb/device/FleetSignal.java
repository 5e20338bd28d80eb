package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Optional;

/** News about devices that every replica wants at once; the store's facts say the rest. */
public sealed interface FleetSignal {

  /** A slot was freed; {@code token} is that of the lock that held it. */
  record Freed(DeviceId device, int slot, long token) implements FleetSignal {}

  /**
   * A slot was taken, while others wait, who needn't try for it, or for a tenant whose sessions are
   * counted.
   *
   * @param tenant whose session it is to be, if they are counted
   */
  record Taken(DeviceId device, int slot, long token, Optional<String> tenant)
      implements FleetSignal {}

  /** A device is avoided, or isn't any more. */
  record AvoidanceChanged(DeviceId device) implements FleetSignal {}

  /** Reservations changed; of one device, or of any. */
  record ReservationsChanged(Optional<DeviceId> device) implements FleetSignal {}

  /** An operator changed maintenance, tags or test data of a device. */
  record OverridesChanged(DeviceId device) implements FleetSignal {}

  /**
   * The first of those who ask one question in a replica's queue; replaces what was told of the
   * same line before.
   *
   * @param line a number that the replica gives to the question
   * @param since when the request arrived: by the clock of whoever reads this, whatever the clocks
   *     of the others say
   * @param question what it asks, as text that replicas understand
   */
  record Waits(String replica, int line, int priority, Instant since, String question)
      implements FleetSignal {}

  /** Nobody asks that question any more in the replica's queue. */
  record NoneWaits(String replica, int line) implements FleetSignal {}

  /** A replica wants to hear who waits. */
  record WhoWaits() implements FleetSignal {}

  /**
   * Something happened that listeners of the event feed hear of on every replica.
   *
   * @param event a JSON object on one line, of 3500 bytes at the most
   */
  record Happened(String event) implements FleetSignal {}

  /**
   * A request with an idempotency key was answered, or its replica lets another one begin.
   *
   * @param key as the store has it
   */
  record KeySettled(String key) implements FleetSignal {}

  /** A session ended; its routes can be forgotten. */
  record SessionEnded(String session) implements FleetSignal {}
}
