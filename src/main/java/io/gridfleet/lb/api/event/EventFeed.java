package io.gridfleet.lb.api.event;

import io.gridfleet.lb.api.http.ApiAnswer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The event feed of one process: buffers the latest events, local and from other replicas, and
 * delivers each to all listeners. One lock (this) guards the buffer, the queue of deliveries and
 * the flag {@code delivering}. One publishing thread at a time drains the queue outside the lock,
 * replays for new listeners included, so each listener receives events in order. Listeners must be
 * quick.
 *
 * <p>Threads: any thread publishes and subscribes: event loops, threads of the store, {@code
 * store-signals}. The one that finds {@code delivering} clear sets it and delivers until the queue
 * is empty, also what others add meanwhile; these return at once. The flag is cleared under the
 * lock that finds the queue empty, so that no event is left without a thread.
 *
 * <p>Invariants: the order is that of entering the queue, the same for all listeners of this
 * process. It isn't the order of ids, which are assigned before, nor the same on two replicas. A
 * subscriber receives each event at most once: one that was buffered before its subscription as a
 * replay, one that arrives afterwards by the list that is copied with the event. It is replayed to
 * and added in one step under the lock, so that nothing is missed in between. A listener may be
 * called once more while another thread removes it.
 *
 * <p>Bounds: {@link #MAX_BUFFERED} events. The deliveries that wait have none: listeners don't
 * block, and one that falls behind throws, which ends its subscription.
 */
public final class EventFeed {
  public static final String REQUEST_QUEUED = "request.queued";
  public static final String REQUEST_ENDED = "request.ended";
  public static final String SESSION_STARTED = "session.started";
  public static final String SESSION_ENDED = "session.ended";
  public static final String DEVICE_CHANGED = "device.changed";

  /** Events that only say what to read again: they aren't buffered for late subscribers. */
  public static final Set<String> HINTS =
      Set.of(REQUEST_QUEUED, REQUEST_ENDED, SESSION_STARTED, SESSION_ENDED, DEVICE_CHANGED);

  /**
   * An event.
   *
   * @param id the same on every replica
   * @param type such as {@code run.created}
   * @param tenant the owning tenant; empty for an event of a device
   */
  public record Event(
      String id, String type, Instant at, Optional<String> tenant, Map<String, Object> data) {}

  /** Covers a reconnect after a minute in a busy lab. */
  private static final int MAX_BUFFERED = 1000;

  private final InstantSource clock;
  private final String origin;
  private final Consumer<Event> replicas;
  private final Deque<Event> latest = new ArrayDeque<>();
  private final Deque<Delivery> pending = new ArrayDeque<>();

  /** Added to under the lock; removed from and read without it. */
  private final List<Subscriber> listeners = new CopyOnWriteArrayList<>();

  private volatile Runnable watched = () -> {};
  private long number;

  /** Whether a thread drains {@link #pending}. */
  private boolean delivering;

  private record Subscriber(Consumer<Event> listener) {}

  /** An event and the subscribers that it is delivered to. */
  private record Delivery(Event event, List<Subscriber> to) {}

  /**
   * @param origin the name of this process in event ids
   * @param replicas receives events published here, for other replicas
   */
  public EventFeed(InstantSource clock, String origin, Consumer<Event> replicas) {
    this.clock = clock;
    this.origin = origin;
    this.replicas = replicas;
  }

  /** Publishes an event of a device. */
  public void publish(String type, Map<String, Object> data) {
    publish(type, Optional.empty(), data);
  }

  public void publish(String type, Optional<String> tenant, Map<String, Object> data) {
    Event event = new Event(nextId(), type, clock.instant(), tenant, data);
    received(event);
    replicas.accept(event);
  }

  /** Publishes {@link #DEVICE_CHANGED} to the subscribers of this process only. */
  public void devicesChangedHere() {
    changedHere(DEVICE_CHANGED);
  }

  /** Publishes {@link #REQUEST_QUEUED}, of any request, to the subscribers of this process only. */
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

  /** Returns whether this process has a subscriber. */
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

  /**
   * Subscribes to all events from now on. Buffered events after {@code after} are delivered first;
   * all buffered events if that one isn't buffered any more.
   *
   * @param listener doesn't block; an exception ends its subscription
   */
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
