package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventFeed.Event;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.webdriver.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feed of events of all replicas: each publishes its own to the others, as JSON on one line.
 */
final class FleetEvents {
  private static final Logger log = LoggerFactory.getLogger(FleetEvents.class);

  /** The maximum size of one signal, in bytes (see {@link FleetSignal.Happened}). */
  private static final int MAX = 3_500;

  /** The length of each text in a signal when the whole is too long. */
  private static final int SHORT = 200;

  private final FleetSignals signals;
  private final EventFeed feed;
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

  FleetEvents(String replica, FleetSignals signals, InstantSource clock) {
    this.signals = signals;
    this.feed = new EventFeed(clock, replica, this::publish);
  }

  EventFeed feed() {
    return feed;
  }

  /** Registers a callback for events of other replicas. */
  void onReceived(Consumer<Event> listener) {
    listeners.add(listener);
  }

  /** Registers what runs when somebody begins to watch the events of this one of the replicas. */
  void onWatched(Runnable task) {
    feed.onWatched(
        () -> {
          if (signals.hasOthers()) {
            task.run();
          }
        });
  }

  private void publish(Event event) {
    if (!signals.hasOthers()) {
      return;
    }
    String whole = text(event, event.data());
    String sent = fits(whole) ? whole : text(event, shortened(event.data()));
    if (fits(sent)) {
      signals.publish(new FleetSignal.Happened(sent));
    } else {
      log.debug("too long for other replicas: {}", event);
    }
  }

  private static boolean fits(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length <= MAX;
  }

  private static String text(Event event, Map<String, Object> data) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", event.id());
    fields.put("type", event.type());
    fields.put("at", event.at().toString());
    event.tenant().ifPresent(tenant -> fields.put("tenant", tenant));
    fields.put("data", data);
    return Json.text(fields);
  }

  private static Map<String, Object> shortened(Map<String, Object> data) {
    Map<String, Object> all = new LinkedHashMap<>(data);
    all.replaceAll(
        (key, value) ->
            value instanceof String text && text.length() > SHORT
                ? text.substring(0, SHORT) + "…"
                : value);
    return all;
  }

  @SuppressWarnings("unchecked") // written by the same class: a JSON object
  void received(FleetSignal.Happened happened) {
    Map<String, Object> fields = Json.object(happened.event());
    Event event =
        new Event(
            String.valueOf(fields.get("id")),
            String.valueOf(fields.get("type")),
            Instant.parse(String.valueOf(fields.get("at"))),
            Optional.ofNullable(fields.get("tenant")).map(String::valueOf),
            (Map<String, Object>) fields.getOrDefault("data", Map.of()));
    feed.received(event);
    listeners.forEach(listener -> listener.accept(event));
  }
}
