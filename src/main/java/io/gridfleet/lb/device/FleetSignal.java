package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Optional;

/** A change that replicas signal to each other; the store holds the complete state. */
public sealed interface FleetSignal {

  /** A slot was freed; {@code token} is that of the lock that held it. */
  record Freed(DeviceId device, int slot, long token) implements FleetSignal {}

  /**
   * A slot was locked. Sent while other replicas have waiting requests, which then don't try for
   * it, or for a tenant with a quota.
   *
   * @param tenant the tenant of the session, if it has a quota
   */
  record Taken(DeviceId device, int slot, long token, Optional<String> tenant)
      implements FleetSignal {}

  /** The avoidance of a device began or ended. */
  record AvoidanceChanged(DeviceId device) implements FleetSignal {}

  /** Reservations changed, of one device, or of any device if empty; or a run ended. */
  record ReservationsChanged(Optional<DeviceId> device) implements FleetSignal {}

  /** An operator changed maintenance, tags or test data of a device. */
  record OverridesChanged(DeviceId device) implements FleetSignal {}

  /**
   * The first request of one waiting line in a replica's queue; replaces the previous signal of
   * this line.
   *
   * @param line the replica's number of the line
   * @param since when the request arrived, converted to the receiver's clock
   * @param question the question of the line, encoded for replicas
   */
  record Waits(String replica, int line, int priority, Instant since, String question)
      implements FleetSignal {}

  /** The waiting line in the replica's queue is empty. */
  record NoneWaits(String replica, int line) implements FleetSignal {}

  /** A replica requests {@link Waits} from all others. */
  record WhoWaits() implements FleetSignal {}

  /**
   * An event for the event feeds of all replicas.
   *
   * @param event a JSON object on one line, at most 3500 bytes
   */
  record Happened(String event) implements FleetSignal {}

  /**
   * A request with an idempotency key was answered, or its replica released the key.
   *
   * @param key in the store's form
   */
  record KeySettled(String key) implements FleetSignal {}

  /** A session ended; its cached route can be removed. */
  record SessionEnded(String session) implements FleetSignal {}

  /** The rows of waiting requests of a replica have changed in the store. */
  record QueueChanged() implements FleetSignal {}

  /** The removal of a waiting request is noted in the store. */
  record RemovalRequested(String request) implements FleetSignal {}

  /**
   * The replica of a waiting request has answered its removal.
   *
   * @param removed false if the request waited no longer
   */
  record RemovalAnswered(String request, boolean removed) implements FleetSignal {}

  /** A sign-in of the web UI was ended. */
  record SignedOut(String signIn) implements FleetSignal {}
}
