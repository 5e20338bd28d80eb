package io.gridfleet.lb.app;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The threads of the process that are neither event loops nor the store's nor the probes'. */
final class Threads {
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

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
