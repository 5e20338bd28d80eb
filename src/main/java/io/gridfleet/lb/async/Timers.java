package io.gridfleet.lb.async;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks of a timer that nobody cancels or waits for. A timer keeps the exception of a task in the
 * task's future, and repeats the task no more; so a task that is scheduled here catches and logs
 * it.
 */
public final class Timers {
  private static final Logger log = LoggerFactory.getLogger(Timers.class);

  /** The pause before a full executor is asked again, which leaves the timer to others. */
  static final Duration MIN_RETRY = Duration.ofMillis(100);

  private Timers() {}

  /**
   * Runs a task once, after a delay. A timer that is shut down drops it, because the process ends.
   *
   * @param what the task, with the id of its subject, for the log
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the task logs its failure and isn't cancelled
  public static void after(
      ScheduledExecutorService timer, Duration delay, String what, Runnable task) {
    try {
      timer.schedule(() -> run(what, task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException rejected) {
      if (!timer.isShutdown()) {
        throw rejected;
      }
      log.debug("{} is dropped: its timer is shut down", what);
    }
  }

  /**
   * Runs a task once, after a delay, on an executor. One that has too many tasks is asked again
   * after the same delay, and no sooner than after {@link #MIN_RETRY}.
   */
  public static void afterOn(
      ExecutorService executor,
      ScheduledExecutorService timer,
      Duration delay,
      String what,
      Runnable task) {
    after(
        timer,
        delay,
        what,
        () -> {
          try {
            executor.execute(() -> run(what, task));
          } catch (RejectedExecutionException full) {
            if (!executor.isShutdown()) {
              Duration retry = delay.compareTo(MIN_RETRY) < 0 ? MIN_RETRY : delay;
              afterOn(executor, timer, retry, what, task);
            }
          }
        });
  }

  /** Repeats a task until the timer is shut down, with a pause between its runs. */
  public static void every(
      ScheduledExecutorService timer, Duration pause, String what, Runnable task) {
    every(timer, pause, pause, what, task);
  }

  /**
   * Repeats a task until the timer is shut down.
   *
   * @param first the delay of the first run
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the task logs its failure and isn't cancelled
  public static void every(
      ScheduledExecutorService timer, Duration first, Duration pause, String what, Runnable task) {
    timer.scheduleWithFixedDelay(
        () -> run(what, task), first.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Completes after a delay, on the timer's thread; fails if the timer is shut down. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task only completes the stage
  public static CompletionStage<Void> pause(ScheduledExecutorService timer, Duration delay) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    try {
      timer.schedule(() -> over.complete(null), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException stopping) {
      over.completeExceptionally(stopping);
    }
    return over;
  }

  private static void run(String what, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException failure) {
      log.error("{} failed", what, failure);
    }
  }
}
