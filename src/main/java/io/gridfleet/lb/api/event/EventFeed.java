package io.gridfleet.lb.api.event;

import io.gridfleet.lb.api.http.ApiAnswer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What happens in the lab, as it happens. */
public interface EventFeed {

  /**
   * Something that happened.
   *
   * @param id the same on every replica
   * @param type such as {@code run.created}
   * @param tenant whose it is; empty for what is about a device only
   */
  record Event(
      String id, String type, Instant at, Optional<String> tenant, Map<String, Object> data) {}

  /** Something that happened to a device. */
  default void publish(String type, Map<String, Object> data) {
    publish(type, Optional.empty(), data);
  }

  void publish(String type, Optional<String> tenant, Map<String, Object> data);

  /**
   * Hears of everything from now on, and first of what came after an event that was heard before;
   * of all that is remembered, if that one isn't any more.
   *
   * @param listener must not block; what it throws ends its subscription
   */
  ApiAnswer.Subscription subscribe(Optional<String> after, Consumer<Event> listener);
}
