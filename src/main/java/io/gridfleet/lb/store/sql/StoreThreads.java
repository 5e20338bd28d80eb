package io.gridfleet.lb.store.sql;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Creates and stops the threads of the store. */
final class StoreThreads {
  private StoreThreads() {}

  public static Thread named(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (dead, thrown) ->
            LoggerFactory.getLogger(StoreThreads.class).error("{} failed", dead.getName(), thrown));
    return thread;
  }

  public static void awaitEnd(ExecutorService threads, Duration patience) {
    try {
      if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
