package io.gridfleet.lb.api;

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
 * The event feed of one process: remembers the latest events and hands each to all who listen.
 * Events reach one listener in order: numbering and handing out happen on one turn at a time, taken
 * by whoever publishes; a listener must be quick.
 */
public final class RecentEvents implements EventFeed {
  /** Enough for a client that reconnects after a minute of a busy lab. */
  private static final int REMEMBERED = 1000;

  private final InstantSource clock;
  private final Deque<Event> latest = new ArrayDeque<>();
  private final Deque<Event> pending = new ArrayDeque<>();
  private final List<Listening> listeners = new CopyOnWriteArrayList<>();
  private long number;
  private boolean handingOut;

  private record Listening(Consumer<Event> listener) {}

  public RecentEvents(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void publish(String type, Map<String, Object> data) {
    synchronized (this) {
      Event event = new Event(++number, type, clock.instant(), data);
      latest.add(event);
      if (latest.size() > REMEMBERED) {
        latest.remove();
      }
      pending.add(event);
      if (handingOut) {
        return;
      }
      handingOut = true;
    }
    handOut();
  }

  private void handOut() {
    for (Optional<Event> event = next(); event.isPresent(); event = next()) {
      Event found = event.get();
      listeners.forEach(listening -> tell(listening, found));
    }
  }

  private synchronized Optional<Event> next() {
    Event event = pending.poll();
    handingOut = event != null;
    return Optional.ofNullable(event);
  }

  private void tell(Listening listening, Event event) {
    try {
      listening.listener().accept(event);
    } catch (RuntimeException gone) {
      listeners.remove(listening);
    }
  }

  @Override
  public ApiAnswer.Subscription subscribe(Optional<Long> after, Consumer<Event> listener) {
    Listening listening = new Listening(listener);
    List<Event> missed = new ArrayList<>();
    synchronized (this) {
      latest.stream()
          .filter(event -> after.map(heard -> event.number() > heard).orElse(false))
          .filter(event -> !pending.contains(event))
          .forEach(missed::add);
      listeners.add(listening);
    }
    missed.forEach(event -> tell(listening, event));
    return () -> listeners.remove(listening);
  }
}
