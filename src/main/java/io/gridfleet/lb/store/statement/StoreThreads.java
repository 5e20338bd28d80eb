package io.gridfleet.lb.store.statement;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Creates and stops the threads of the store. */
final class StoreThreads {
  private StoreThreads() {}

  static Thread named(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (dead, thrown) ->
            LoggerFactory.getLogger(StoreThreads.class).error("{} failed", dead.getName(), thrown));
    return thread;
  }

  /** Waits for threads that end by themselves; interrupts them after that time. */
  static void awaitEnd(List<Thread> threads, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    try {
      for (Thread thread : threads) {
        thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.forEach(Thread::interrupt);
  }

  static void awaitEnd(ExecutorService threads, Duration patience) {
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
