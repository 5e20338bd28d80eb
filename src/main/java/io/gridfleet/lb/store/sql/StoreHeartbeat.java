package io.gridfleet.lb.store.sql;

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

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

  private final StoreHealth health;
  private final Work work;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> StoreThreads.named("store-heartbeat", task));
  private long lastHeartbeat;

  /** The tasks of a heartbeat; each method uses the store and throws when that fails. */
  interface Work {
    /** Writes the heartbeat. */
    void beat();

    /** Whether records are to be written now. */
    boolean owes();

    /** Writes the deferred records. */
    void writeDeferred();

    /** Runs the maintenance that is due. */
    void maintain();

    /** Drops connections that an outage has broken. */
    void forgetConnections();
  }

  StoreHeartbeat(StoreHealth health, Work work) {
    this.health = health;
    this.work = work;
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
            work.forgetConnections();
            tick();
          });
    }
  }

  private void tick() {
    boolean due = System.nanoTime() - lastHeartbeat >= Replicas.BEAT.toNanos();
    if (health.up() && !due && !work.owes()) {
      return;
    }
    try {
      work.beat();
      lastHeartbeat = System.nanoTime();
      work.writeDeferred();
      health.markUp();
      work.maintain();
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
      work.forgetConnections();
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    StoreThreads.awaitEnd(thread, STOP_PATIENCE);
  }
}
