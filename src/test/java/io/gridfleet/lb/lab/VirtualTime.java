package io.gridfleet.lb.lab;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock and a timer that only advance when a test does so; one thread, so runs repeat exactly.
 * Tasks may be scheduled and cancelled by any thread.
 */
public final class VirtualTime extends AbstractExecutorService
    implements ScheduledExecutorService, InstantSource {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private final PriorityBlockingQueue<Task<?>> tasks = new PriorityBlockingQueue<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile long now;

  private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    private final long number = numbers.getAndIncrement();
    private final long every;
    private long at;

    Task(Callable<V> work, long at, long every) {
      super(work);
      this.at = at;
      this.every = every;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Task<?> that = (Task<?>) other;
      return at != that.at ? Long.compare(at, that.at) : Long.compare(number, that.number);
    }

    @Override
    public boolean isPeriodic() {
      return every > 0;
    }

    @Override
    public void run() {
      if (!isPeriodic()) {
        super.run();
      } else if (runAndReset()) {
        at += every;
        tasks.add(this);
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      tasks.remove(this);
      return super.cancel(mayInterruptIfRunning);
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

  @Override
  public Instant instant() {
    return START.plusNanos(now);
  }

  public long nanoTime() {
    return now;
  }

  /** Advances, running due tasks in their order. */
  public void pass(Duration time) {
    long end = now + time.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at <= end) {
      Task<?> task = tasks.poll();
      now = Math.max(now, task.at);
      task.run();
    }
    now = end;
  }

  /** Time passes and nothing runs, as in a process that is frozen. */
  public void freeze(Duration time) {
    now += time.toNanos();
  }

  /** How many tasks are scheduled. */
  public int scheduled() {
    return tasks.size();
  }

  /** Runs what is due now. */
  public void settle() {
    pass(Duration.ZERO);
  }

  /** Advances until no task is left. */
  public void runOut(Duration most) {
    long end = now + most.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at <= end) {
      pass(Duration.ofNanos(Math.max(0, tasks.peek().at - now)));
    }
  }

  private <V> Task<V> add(Callable<V> work, long delay, TimeUnit unit, long every) {
    Task<V> task = new Task<>(work, now + Math.max(0, unit.toNanos(delay)), every);
    tasks.add(task);
    return task;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    return add(Executors.callable(work), delay, unit, 0);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    return add(work, delay, unit, 0);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long initialDelay, long period, TimeUnit unit) {
    return add(Executors.callable(work), initialDelay, unit, unit.toNanos(period));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(work, initialDelay, delay, unit);
  }

  @Override
  public void execute(Runnable work) {
    schedule(work, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public void shutdown() {
    tasks.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    tasks.clear();
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
