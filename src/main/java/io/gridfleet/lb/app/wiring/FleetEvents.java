package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventFeed.Event;
import io.gridfleet.lb.api.event.RecentEvents;
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

/** The feed of what happens on all replicas: each tells the others, as JSON on one line. */
final class FleetEvents {
  private static final Logger log = LoggerFactory.getLogger(FleetEvents.class);

  /** What one signal may have, in bytes (see {@link FleetSignal.Happened}). */
  private static final int MAX = 3_500;

  /** So much of each text is told to other replicas when the whole is too long. */
  private static final int SHORT = 200;

  private final FleetSignals signals;
  private final RecentEvents feed;
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

  FleetEvents(String replica, FleetSignals signals, InstantSource clock) {
    this.signals = signals;
    this.feed = new RecentEvents(clock, replica, this::tellOthers);
  }

  EventFeed feed() {
    return feed;
  }

  /** Called for each event of another replica. */
  void onHeard(Consumer<Event> listener) {
    listeners.add(listener);
  }

  private void tellOthers(Event event) {
    String whole = text(event, event.data());
    String told = fits(whole) ? whole : text(event, shortened(event.data()));
    if (fits(told)) {
      signals.publish(new FleetSignal.Happened(told));
    } else {
      log.debug("too long for other replicas: {}", event);
    }
  }

  private static boolean fits(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length <= MAX;
  }

  private static String text(Event event, Map<String, Object> data) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("id", event.id());
    told.put("type", event.type());
    told.put("at", event.at().toString());
    event.tenant().ifPresent(tenant -> told.put("tenant", tenant));
    told.put("data", data);
    return Json.text(told);
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

  @SuppressWarnings("unchecked")
  void received(FleetSignal.Happened happened) {
    Map<String, Object> told = Json.object(happened.event());
    Event event =
        new Event(
            String.valueOf(told.get("id")),
            String.valueOf(told.get("type")),
            Instant.parse(String.valueOf(told.get("at"))),
            Optional.ofNullable(told.get("tenant")).map(String::valueOf),
            (Map<String, Object>) told.getOrDefault("data", Map.of()));
    feed.received(event);
    listeners.forEach(listener -> listener.accept(event));
  }
}
