package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreHealth;
import io.gridfleet.lb.store.StoreThreads;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's own beat, on the one thread {@code store-pulse}: says that this replica lives, finds
 * out that the store is gone or back, and writes what is owed before anybody else writes.
 */
final class StoreHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreHeartbeat.class);

  /** How soon a store that is back is noticed. */
  private static final Duration TICK = Duration.ofMillis(500);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

  private final StoreHealth health;
  private final Work work;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(task -> StoreThreads.named("store-pulse", task));
  private long lastBeat;

  /** What a beat does; each method talks to the store and throws when that fails. */
  interface Work {
    /** Writes the heartbeat. */
    void beat();

    /** Whether something waits to be written. */
    boolean owes();

    /** Writes what is owed. */
    void writeOwed();

    /** Whatever else is due. */
    void chores();

    /** Drops connections that an outage has made useless. */
    void forgetConnections();
  }

  StoreHeartbeat(StoreHealth health, Work work) {
    this.health = health;
    this.work = work;
    this.lastBeat = System.nanoTime();
  }

  void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Looks at once: somebody found the store gone. */
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
    boolean due = System.nanoTime() - lastBeat >= Replicas.BEAT.toNanos();
    if (health.up() && !due && !work.owes()) {
      return;
    }
    try {
      work.beat();
      lastBeat = System.nanoTime();
      work.writeOwed();
      health.markUp();
      work.chores();
    } catch (RuntimeException thrown) {
      failed(DatabaseErrors.translated("pulse", thrown));
    }
  }

  private void failed(StoreException failure) {
    if (!(failure instanceof StoreUnavailableException gone)) {
      LOG.error("The store's beat failed", failure);
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
