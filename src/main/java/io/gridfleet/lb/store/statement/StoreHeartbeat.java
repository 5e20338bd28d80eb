package io.gridfleet.lb.store.statement;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's heartbeat, on the one thread {@code store-heartbeat}: writes the heartbeat of this
 * replica, detects that the store is down or back, and writes deferred records before other
 * statements run.
 */
final class StoreHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreHeartbeat.class);

  /** How soon a store that is back is noticed. */
  private static final Duration TICK = Duration.ofMillis(500);

  /** The interval of heartbeats, and so of the detection of outages. */
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

  private final StoreHealth health;
  private final Statements.HeartbeatTasks tasks;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> StoreThreads.named("store-heartbeat", task));
  private long lastHeartbeat;

  StoreHeartbeat(StoreHealth health, Statements.HeartbeatTasks tasks) {
    this.health = health;
    this.tasks = tasks;
    this.lastHeartbeat = System.nanoTime();
  }

  void start() {
    Timers.every(thread, TICK, "the store's heartbeat", this::tick);
  }

  /** Checks at once: a statement found the store down. */
  void lookNow() {
    if (!thread.isShutdown()) {
      thread.execute(
          () -> {
            tasks.forgetConnections();
            tick();
          });
    }
  }

  private void tick() {
    boolean due = System.nanoTime() - lastHeartbeat >= INTERVAL.toNanos();
    if (health.up() && !due && !tasks.owes()) {
      return;
    }
    try {
      tasks.beat();
      lastHeartbeat = System.nanoTime();
      tasks.writeDeferred();
      health.markUp();
      tasks.maintain();
    } catch (RuntimeException thrown) {
      if (thread.isShutdown() && Thread.currentThread().isInterrupted()) {
        LOG.debug("The last heartbeat was interrupted by the stop", thrown);
      } else {
        failed(DatabaseErrors.translated("heartbeat", thrown));
      }
    }
  }

  private void failed(StoreException failure) {
    if (!(failure instanceof StoreUnavailableException gone)) {
      LOG.error("The store's heartbeat failed", failure);
    } else if (health.markDown(gone.trouble())) {
      tasks.forgetConnections();
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    StoreThreads.awaitEnd(thread, STOP_PATIENCE);
  }
}
