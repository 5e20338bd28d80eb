package io.gridfleet.lb.api.event;

import io.gridfleet.lb.api.http.ApiAnswer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The event feed of one process: buffers the latest events, local and from other replicas, and
 * delivers each to all listeners. One lock (this) guards the buffer, the queue of deliveries and
 * the flag {@code delivering}. One publishing thread at a time drains the queue outside the lock,
 * replays for new listeners included, so each listener receives events in order. Listeners must be
 * quick.
 */
public final class RecentEvents implements EventFeed {
  /** Covers a reconnect after a minute in a busy lab. */
  private static final int MAX_BUFFERED = 1000;

  private final InstantSource clock;
  private final String origin;
  private final Consumer<Event> replicas;
  private final Deque<Event> latest = new ArrayDeque<>();
  private final Deque<Delivery> pending = new ArrayDeque<>();
  private final List<Subscriber> listeners = new CopyOnWriteArrayList<>();
  private volatile Runnable watched = () -> {};
  private long number;
  private boolean delivering;

  private record Subscriber(Consumer<Event> listener) {}

  /** An event and the subscribers that it is delivered to. */
  private record Delivery(Event event, List<Subscriber> to) {}

  /**
   * @param origin the name of this process in event ids
   * @param replicas receives events published here, for other replicas
   */
  public RecentEvents(InstantSource clock, String origin, Consumer<Event> replicas) {
    this.clock = clock;
    this.origin = origin;
    this.replicas = replicas;
  }

  @Override
  public void publish(String type, Optional<String> tenant, Map<String, Object> data) {
    Event event = new Event(nextId(), type, clock.instant(), tenant, data);
    received(event);
    replicas.accept(event);
  }

  @Override
  public void devicesChangedHere() {
    changedHere(DEVICE_CHANGED);
  }

  @Override
  public void queueChangedHere() {
    changedHere(REQUEST_QUEUED);
  }

  private void changedHere(String type) {
    if (isWatched()) {
      received(new Event(nextId(), type, clock.instant(), Optional.empty(), Map.of()));
    }
  }

  /** Registers what runs after a subscription before which there was none; set before the first. */
  public void onWatched(Runnable task) {
    watched = task;
  }

  @Override
  public boolean isWatched() {
    return !listeners.isEmpty();
  }

  private synchronized String nextId() {
    number++;
    return origin + "-" + number;
  }

  /** Delivers an event of another replica. */
  public void received(Event event) {
    synchronized (this) {
      if (!HINTS.contains(event.type())) {
        buffer(event);
      }
      pending.add(new Delivery(event, List.copyOf(listeners)));
      if (delivering) {
        return;
      }
      delivering = true;
    }
    deliver();
  }

  private void buffer(Event event) {
    latest.add(event);
    if (latest.size() > MAX_BUFFERED) {
      latest.remove();
    }
  }

  private void deliver() {
    for (Optional<Delivery> next = next(); next.isPresent(); next = next()) {
      Event event = next.get().event();
      next.get().to().forEach(subscriber -> publish(subscriber, event));
    }
  }

  private synchronized Optional<Delivery> next() {
    Delivery next = pending.poll();
    delivering = next != null;
    return Optional.ofNullable(next);
  }

  private List<Event> since(String lastId) {
    List<Event> missed = new ArrayList<>();
    for (Event event : latest) {
      if (event.id().equals(lastId)) {
        missed.clear();
      } else {
        missed.add(event);
      }
    }
    return missed;
  }

  private void publish(Subscriber subscriber, Event event) {
    if (!listeners.contains(subscriber)) {
      return;
    }
    try {
      subscriber.listener().accept(event);
    } catch (RuntimeException gone) {
      listeners.remove(subscriber);
    }
  }

  @Override
  public ApiAnswer.Subscription subscribe(Optional<String> after, Consumer<Event> listener) {
    Subscriber subscriber = new Subscriber(listener);
    boolean turn;
    boolean first;
    synchronized (this) {
      first = listeners.isEmpty();
      List<Event> missed = after.map(this::since).orElseGet(List::of);
      missed.forEach(event -> pending.add(new Delivery(event, List.of(subscriber))));
      listeners.add(subscriber);
      turn = !delivering;
      delivering = true;
    }
    if (turn) {
      deliver();
    }
    if (first) {
      watched.run();
    }
    return () -> listeners.remove(subscriber);
  }
}
