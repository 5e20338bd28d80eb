package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.store.open.Database;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The background tasks of the store at each heartbeat. */
final class StoreMaintenance implements Statements.HeartbeatTasks {
  /** Often enough that each turn deletes few rows. */
  private static final Duration PRUNING = Duration.ofMinutes(10);

  /** Only tables that were changed by hand have such locks. */
  private static final Duration LOST_LOCKS = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(StoreMaintenance.class);

  private final Database database;
  private final Jdbi jdbi;
  private final SqlStore store;
  private final DeferredWrites deferred;
  private final Pruning pruning;
  private final OversizedRows oversized;

  StoreMaintenance(
      Database database, Jdbi jdbi, SqlStore store, DeferredWrites deferred, Duration keepEnded) {
    this.database = database;
    this.jdbi = jdbi;
    this.store = store;
    this.deferred = deferred;
    this.pruning = new Pruning(jdbi, keepEnded);
    this.oversized = new OversizedRows(jdbi);
  }

  @Override
  public void beat() {
    jdbi.useHandle(store.replicas()::beat);
  }

  @Override
  public boolean owes() {
    return deferred.isDue();
  }

  @Override
  public void writeDeferred() {
    deferred.write(jdbi);
  }

  @Override
  public void maintain() {
    try {
      if (store.duties().takeTurn("prune", PRUNING).toCompletableFuture().join()) {
        pruning.run();
        oversized.cut();
      }
      if (store.duties().takeTurn("locks", LOST_LOCKS).toCompletableFuture().join()) {
        int lost = store.orphanedLocks().expireWithoutSession().toCompletableFuture().join();
        if (lost > 0) {
          LOG.warn("Freed locks of sessions that are not live: {}", lost);
        }
      }
    } catch (CompletionException e) {
      throw Failures.unchecked(e);
    }
  }

  @Override
  public void forgetConnections() {
    database.forgetConnections();
  }
}
