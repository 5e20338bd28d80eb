package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/**
 * Executes statements on the {@code store-*} threads. Fails at once when the store is known to be
 * down or when too many statements wait. A stage completes on a store thread after its connection
 * went back to the pool.
 */
final class Statements implements AutoCloseable {
  /** Deadlocks between replicas are rare and short; three in a row have another cause. */
  private static final int MAX_TRIES = 3;

  /** The time limit of a statement cuts it off before this. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(6);

  private final Jdbi jdbi;
  private final StoreHealth health;
  private final StoreListener listener;
  private final Runnable whenDown;
  private final ThreadPoolExecutor threads;
  private final int waiting;

  Statements(
      Jdbi jdbi, StoreHealth health, StoreListener listener, Limits limits, Runnable whenDown) {
    this.jdbi = jdbi;
    this.health = health;
    this.listener = listener;
    this.whenDown = whenDown;
    this.waiting = limits.waiting();
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            limits.threads(),
            limits.threads(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(limits.waiting()),
            task -> StoreThreads.named("store-" + number.incrementAndGet(), task));
  }

  /** How many statements run and wait at once. */
  record Limits(int threads, int waiting) {}

  /** Runs one statement, which commits by itself. */
  <T> CompletableFuture<T> run(String name, HandleCallback<T, RuntimeException> work) {
    return submit(name, () -> jdbi.withHandle(work));
  }

  /** Executes statements in one transaction. */
  <T> CompletableFuture<T> inTransaction(String name, HandleCallback<T, RuntimeException> work) {
    return submit(name, () -> jdbi.withHandle((Handle handle) -> handle.inTransaction(work)));
  }

  private interface Work<T> {
    T get();
  }

  private <T> CompletableFuture<T> submit(String name, Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (!health.up()) {
      result.completeExceptionally(known());
      return result;
    }
    try {
      threads.execute(() -> perform(name, work, result));
    } catch (RejectedExecutionException full) {
      if (threads.isShutdown()) {
        result.completeExceptionally(new StoreUnavailableException("it is closed", full));
      } else {
        listener.statementRefused(name);
        result.completeExceptionally(new StoreBusyException(waiting));
      }
    }
    return result;
  }

  private <T> void perform(String name, Work<T> work, CompletableFuture<T> result) {
    if (!health.up()) {
      result.completeExceptionally(known());
      return;
    }
    long begun = System.nanoTime();
    T value;
    try {
      value = repeated(work);
    } catch (RuntimeException | Error thrown) {
      failed(DatabaseErrors.translated(name, thrown), name, begun, result);
      return;
    }
    try {
      listener.statementDone(name, Duration.ofNanos(System.nanoTime() - begun), false);
    } finally {
      result.complete(value);
    }
  }

  private void failed(
      StoreException failure, String name, long begun, CompletableFuture<?> result) {
    try {
      listener.statementDone(name, Duration.ofNanos(System.nanoTime() - begun), true);
      if (failure instanceof StoreUnavailableException gone && health.markDown(gone.trouble())) {
        whenDown.run();
      }
    } finally {
      result.completeExceptionally(failure);
    }
  }

  private static <T> T repeated(Work<T> work) {
    for (int tries = 1; ; tries++) {
      try {
        return work.get();
      } catch (RuntimeException thrown) {
        if (tries == MAX_TRIES || !DatabaseErrors.repeatable(thrown)) {
          throw thrown;
        }
      }
    }
  }

  private StoreUnavailableException known() {
    return new StoreUnavailableException(health.trouble().orElse("it was just down"), null);
  }

  int waitingNow() {
    return threads.getQueue().size();
  }

  /** Lets waiting statements finish, within a time limit. */
  @Override
  public void close() {
    threads.shutdown();
    StoreThreads.awaitEnd(threads, STOP_PATIENCE);
  }
}
