package io.gridfleet.lb.api.event;

import io.gridfleet.lb.api.http.ApiAnswer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The event feed of the lab. */
public interface EventFeed {
  String REQUEST_QUEUED = "request.queued";
  String REQUEST_ENDED = "request.ended";
  String SESSION_STARTED = "session.started";
  String SESSION_ENDED = "session.ended";
  String DEVICE_CHANGED = "device.changed";

  /** Events that only say what to read again: they aren't buffered for late subscribers. */
  Set<String> HINTS =
      Set.of(REQUEST_QUEUED, REQUEST_ENDED, SESSION_STARTED, SESSION_ENDED, DEVICE_CHANGED);

  /**
   * An event.
   *
   * @param id the same on every replica
   * @param type such as {@code run.created}
   * @param tenant the owning tenant; empty for an event of a device
   */
  record Event(
      String id, String type, Instant at, Optional<String> tenant, Map<String, Object> data) {}

  /** Publishes an event of a device. */
  default void publish(String type, Map<String, Object> data) {
    publish(type, Optional.empty(), data);
  }

  void publish(String type, Optional<String> tenant, Map<String, Object> data);

  /** Publishes {@link #DEVICE_CHANGED} to the subscribers of this process only. */
  void devicesChangedHere();

  /** Publishes {@link #REQUEST_QUEUED}, of any request, to the subscribers of this process only. */
  void queueChangedHere();

  /** Returns whether this process has a subscriber. */
  boolean isWatched();

  /**
   * Subscribes to all events from now on. Buffered events after {@code after} are delivered first;
   * all buffered events if that one isn't buffered any more.
   *
   * @param listener doesn't block; an exception ends its subscription
   */
  ApiAnswer.Subscription subscribe(Optional<String> after, Consumer<Event> listener);
}
