package io.gridfleet.lb.app;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of the process that are neither event loops nor the store's nor the probes'. */
final class Threads {
  private static final Logger log = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** Deadlines, progress ticks and schedules: hands work on, does no I/O. */
  static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, work -> daemon(work, "timer"));
    // 20 000 waiting requests whose wait ended early would else be kept until their deadline.
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  /** One thread for what people and Prometheus ask and event loops must not do. */
  static ExecutorService elsewhere() {
    return Executors.newSingleThreadExecutor(work -> daemon(work, "views"));
  }

  /** Does a duty again and again; one that fails is done again like any other. */
  static void every(ScheduledExecutorService timer, Duration pause, Runnable duty) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                duty.run();
              } catch (RuntimeException failure) {
                log.warn("a duty failed and will be done again", failure);
              }
            },
            pause.toMillis(),
            pause.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
