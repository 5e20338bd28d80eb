package io.gridfleet.lb.app;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of the process that are neither event loops nor the store's nor the probes'. */
public final class Threads {
  /** A request that waits longer than a client does is of no use. */
  private static final int MAX_VIEWS = 256;

  private static final int MAX_SCRAPES = 16;
  private static final int MAX_LISTS = 64;

  private Threads() {}

  /** Deadlines, progress ticks and schedules: hands tasks to other threads, does no I/O. */
  public static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, work -> daemon(work, "timer"));
    // 20 000 waiting requests whose wait ended early would else be kept until their deadline.
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  /**
   * Threads for tasks that must not run on event loops.
   *
   * @param views the API's requests and the pages
   * @param scrapes separate, so that they don't wait for large lists
   * @param lists the pieces of large lists, in turns
   * @param maintenance rebuilding of state after a change
   */
  public record OffLoop(
      ExecutorService views,
      ExecutorService scrapes,
      ExecutorService lists,
      ExecutorService maintenance) {
    public void close() {
      views.shutdownNow();
      lists.shutdownNow();
      scrapes.shutdownNow();
      maintenance.shutdownNow();
    }
  }

  public static OffLoop offLoop() {
    return new OffLoop(
        one("views", MAX_VIEWS),
        one("metrics", MAX_SCRAPES),
        one("lists", MAX_LISTS),
        one("maintenance", MAX_VIEWS));
  }

  /**
   * Creates one thread for tasks that must not run on event loops.
   *
   * @param most how many tasks may wait for it; more are rejected
   */
  static ExecutorService one(String name, int most) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(most),
        work -> daemon(work, name),
        new ThreadPoolExecutor.AbortPolicy());
  }

  /** Reads configuration files again. */
  public static ScheduledExecutorService reload() {
    return Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "reload"));
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
