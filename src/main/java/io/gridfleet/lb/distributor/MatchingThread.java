package io.gridfleet.lb.distributor;

import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The thread that matches requests against many devices and explains refusals in large labs, in
 * place of event loops. One thread, so that a flood of new questions leaves the other processors to
 * sessions. Smaller tasks run first, so that ordinary requests aren't queued behind a flood. The
 * queue is bounded by its user, {@link MatchingWork}. Thread-safe.
 */
public final class MatchingThread implements Executor, AutoCloseable {
  private final AtomicLong numbers = new AtomicLong();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1, 1, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), MatchingThread::daemon);

  /** Work of a known size: smaller work runs first, equal work in order of arrival. */
  record Sized(long size, Runnable work) implements Runnable {
    @Override
    public void run() {
      work.run();
    }
  }

  private record Task(long size, long number, Runnable work) implements Runnable, Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int bySize = Long.compare(size, other.size);
      return bySize != 0 ? bySize : Long.compare(number, other.number);
    }

    @Override
    public void run() {
      work.run();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "matching");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable work) {
    long size = work instanceof Sized sized ? sized.size() : 0;
    thread.execute(new Task(size, numbers.incrementAndGet(), work));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
