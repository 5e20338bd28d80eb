package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.Optional;

/**
 * Listener for the steps of new session requests. Called in the order of the steps, on the executor
 * of the request, under no lock; must not block.
 */
public interface NewSessionListener {

  /** A request was refused by its credentials, before its body was read. */
  default void unauthorized(String client, WebDriverError error) {}

  /** The request was read and its caller is known. */
  default void admitted(NewSessionRequest request, NewSessionOptions options) {}

  /** No device is free; the request waits. */
  default void queued(NewSessionRequest request) {}

  /** A device became free for the waiting request, whose lock is requested now. */
  default void woken(NewSessionRequest request, Device device) {}

  /** A device is locked for it. */
  default void placed(NewSessionRequest request, Device device, Duration waited) {}

  /** The request was sent to the node. */
  default void attempted(NewSessionRequest request, Device device) {}

  /** The attempt has its outcome. */
  default void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {}

  /** The device is avoided from now on. */
  default void avoided(NewSessionRequest request, Device device, String cause) {}

  /** The avoidance of a device was recorded, or ended by a success or its expiry. On any thread. */
  default void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {}

  /** The avoidance of a device ended with its time; nothing changed in the store. */
  default void avoidanceExpired(Device device) {}

  /** The session is recorded; from now on it must be ended explicitly. */
  default void published(NewSessionRequest request, Session session) {}

  /** The request is answered with a session. */
  default void created(NewSessionRequest request, Session session, Duration took) {}

  /** The request is answered with an error. */
  default void refused(NewSessionRequest request, WebDriverError error, Duration took) {}

  /** The client left before its answer. */
  default void clientLeft(NewSessionRequest request, Phase phase) {}

  /** The session or device of a request that ended without it was cleaned up. */
  default void cleanedUp(NewSessionRequest request, Device device) {}

  /** The phase in which a client left. */
  enum Phase {
    QUEUED,
    ATTEMPT,
    CREATED
  }
}
