package io.gridfleet.lb.distributor.replay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The clock and the timer of a replay. Time advances from one event to the next; events at the same
 * instant run in the order in which they were scheduled. Confined to the thread of the replay.
 */
final class ReplayClock extends AbstractExecutorService
    implements ScheduledExecutorService, InstantSource {
  private final Instant start;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long numbers;
  private long now;

  /**
   * @param at in nanoseconds from the start
   */
  private record Event(long at, long number, Runnable work) {}

  /** A task of the distributor. */
  private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long at;

    Task(Callable<V> work, long at) {
      super(work);
      this.at = at;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  ReplayClock(Instant start) {
    this.start = start;
  }

  @Override
  public Instant instant() {
    return start.plusNanos(now);
  }

  long nanoTime() {
    return now;
  }

  /** Schedules work for an instant; at once if it has passed. */
  void at(Instant when, Runnable work) {
    add(Math.max(now, ChronoUnit.NANOS.between(start, when)), work);
  }

  void after(Duration delay, Runnable work) {
    add(now + Math.max(0, delay.toNanos()), work);
  }

  private void add(long at, Runnable work) {
    events.add(new Event(at, numbers++, work));
  }

  /** Advances to the next event and runs it; returns false if there is none. */
  boolean runNext() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    now = next.at();
    next.work().run();
    return true;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    return schedule(Executors.callable(work), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    Task<V> task = new Task<>(work, now + Math.max(0, unit.toNanos(delay)));
    add(task.at, task);
    return task;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("a replay ends, and periodic work doesn't");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("a replay ends, and periodic work doesn't");
  }

  @Override
  public void execute(Runnable work) {
    add(now, work);
  }

  @Override
  public void shutdown() {
    events.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    events.clear();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
