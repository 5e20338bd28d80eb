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
 * The event feed of one process: remembers the latest events, its own and those it heard of, and
 * hands each to all who listen. Events reach one listener in order: numbering and handing out
 * happen on one turn at a time, for what a new listener has missed too, taken by whoever publishes;
 * a listener must be quick.
 */
public final class RecentEvents implements EventFeed {
  /** Enough for a client that reconnects after a minute of a busy lab. */
  private static final int REMEMBERED = 1000;

  private final InstantSource clock;
  private final String origin;
  private final Consumer<Event> others;
  private final Deque<Event> latest = new ArrayDeque<>();
  private final Deque<Delivery> pending = new ArrayDeque<>();
  private final List<Listening> listeners = new CopyOnWriteArrayList<>();
  private long number;
  private boolean handingOut;

  private record Listening(Consumer<Event> listener) {}

  /** An event for those who listen by then, or for one who asked for what it missed. */
  private record Delivery(Event event, List<Listening> to) {}

  /**
   * @param origin what this process is called in the ids of its events
   * @param others told of what is published here, for other processes to hear
   */
  public RecentEvents(InstantSource clock, String origin, Consumer<Event> others) {
    this.clock = clock;
    this.origin = origin;
    this.others = others;
  }

  @Override
  public void publish(String type, Optional<String> tenant, Map<String, Object> data) {
    Event event = new Event(nextId(), type, clock.instant(), tenant, data);
    received(event);
    others.accept(event);
  }

  private synchronized String nextId() {
    number++;
    return origin + "-" + number;
  }

  /** Something that happened elsewhere. */
  public void received(Event event) {
    synchronized (this) {
      latest.add(event);
      if (latest.size() > REMEMBERED) {
        latest.remove();
      }
      pending.add(new Delivery(event, List.copyOf(listeners)));
      if (handingOut) {
        return;
      }
      handingOut = true;
    }
    handOut();
  }

  private void handOut() {
    for (Optional<Delivery> next = next(); next.isPresent(); next = next()) {
      Event event = next.get().event();
      next.get().to().forEach(listening -> publish(listening, event));
    }
  }

  private synchronized Optional<Delivery> next() {
    Delivery next = pending.poll();
    handingOut = next != null;
    return Optional.ofNullable(next);
  }

  private List<Event> since(String heard) {
    List<Event> missed = new ArrayList<>();
    for (Event event : latest) {
      if (event.id().equals(heard)) {
        missed.clear();
      } else {
        missed.add(event);
      }
    }
    return missed;
  }

  private void publish(Listening listening, Event event) {
    if (!listeners.contains(listening)) {
      return;
    }
    try {
      listening.listener().accept(event);
    } catch (RuntimeException gone) {
      listeners.remove(listening);
    }
  }

  @Override
  public ApiAnswer.Subscription subscribe(Optional<String> after, Consumer<Event> listener) {
    Listening listening = new Listening(listener);
    boolean turn;
    synchronized (this) {
      List<Event> missed = after.map(this::since).orElseGet(List::of);
      missed.forEach(event -> pending.add(new Delivery(event, List.of(listening))));
      listeners.add(listening);
      turn = !handingOut;
      handingOut = true;
    }
    if (turn) {
      handOut();
    }
    return () -> listeners.remove(listening);
  }
}
