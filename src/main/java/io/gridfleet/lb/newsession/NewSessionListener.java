package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.Optional;

/**
 * Hears each step of a new session's story. Called in the order of the story, on the executor of
 * the request, under no lock; must not block.
 */
public interface NewSessionListener {

  /** A request was refused by its head, because its caller isn't known; nothing of it was read. */
  default void unauthorized(String client, WebDriverError error) {}

  /** The request was read and its caller is known. */
  default void admitted(NewSessionRequest request, NewSessionOptions options) {}

  /** No device is free; the request waits. */
  default void queued(NewSessionRequest request) {}

  /** A device is locked for it. */
  default void placed(NewSessionRequest request, Device device, Duration waited) {}

  /** The node was asked for a session. */
  default void attempted(NewSessionRequest request, Device device) {}

  /** The attempt has its outcome. */
  default void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {}

  /** The device is avoided from now on. */
  default void avoided(NewSessionRequest request, Device device, String cause) {}

  /**
   * The avoidance of a device is recorded, or over: because it has served a request, or its time
   * has passed. On any thread.
   */
  default void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {}

  /** The session is recorded: the point of no return is behind us. */
  default void published(NewSessionRequest request, Session session) {}

  /** The client is told of its session. */
  default void created(NewSessionRequest request, Session session, Duration took) {}

  /** The client is told that it gets none. */
  default void refused(NewSessionRequest request, WebDriverError error, Duration took) {}

  /** The client left before its answer. */
  default void clientLeft(NewSessionRequest request, Phase phase) {}

  /** A session that came up for nobody was deleted on its node, and its device is free again. */
  default void cleanedUp(NewSessionRequest request, Device device) {}

  /** Where in the story a client left. */
  enum Phase {
    QUEUED,
    ATTEMPT,
    CREATED
  }
}
