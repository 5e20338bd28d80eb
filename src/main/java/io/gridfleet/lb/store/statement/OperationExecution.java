package io.gridfleet.lb.store.statement;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the operations that a thread took from the queue, and completes their futures. Each
 * thread of {@link Statements} executes its own; nothing here is shared but the health.
 *
 * <p>States of an operation: it waits; it is executed; its transaction has committed, or is known
 * not to have, or nobody knows. Its future completes in the last state only. Invariants:
 *
 * <ul>
 *   <li>A future completes with a value only after the commit of the transaction that holds its
 *       changes.
 *   <li>If an operation of a group fails, nothing of the group is committed. The others are
 *       executed again without it, and it is executed by itself afterwards: only its own failure
 *       fails its future.
 *   <li>If the commit fails and the database says that nothing was committed, each is executed by
 *       itself. If the connection broke, all fail with {@link StoreUnavailableException}: they may
 *       have been committed, and none is executed again.
 *   <li>Groups lock rows in the order of {@link GroupPlace}. Several groups of one replica don't
 *       run at once.
 * </ul>
 */
final class OperationExecution {
  private static final Logger LOG = LoggerFactory.getLogger(OperationExecution.class);

  /** Deadlocks between replicas are rare and short; three in a row have another cause. */
  private static final int MAX_TRIES = 3;

  private final Jdbi jdbi;
  private final Statements.Commit commit;
  private final StoreHealth health;
  private final StoreListener listener;
  private final Runnable whenDown;

  /**
   * @param whenDown called when an operation found the store down
   */
  OperationExecution(
      Jdbi jdbi,
      Statements.Commit commit,
      StoreHealth health,
      StoreListener listener,
      Runnable whenDown) {
    this.jdbi = jdbi;
    this.commit = commit;
    this.health = health;
    this.listener = listener;
    this.whenDown = whenDown;
  }

  /** Completes the futures of all that were taken together. */
  void perform(List<StoreOperation<?>> taken) {
    List<StoreOperation<?>> together = new ArrayList<>(taken);
    List<StoreOperation<?>> apart = new ArrayList<>();
    boolean again = true;
    for (int tries = 0; again && together.size() > 1 && tries < MAX_TRIES; tries++) {
      again = health.up() && performGroup(together, apart);
    }
    together.forEach(this::performAlone);
    apart.forEach(this::performAlone);
  }

  /**
   * Executes operations in one transaction. Removes from them those whose futures are completed,
   * and the one that failed, which is added to {@code apart}.
   *
   * @return whether the others are to be executed together again
   */
  private boolean performGroup(List<StoreOperation<?>> together, List<StoreOperation<?>> apart) {
    GroupTransaction group = new GroupTransaction(together, commit);
    long begun = System.nanoTime();
    try {
      jdbi.useTransaction(group::execute);
    } catch (RuntimeException | Error thrown) {
      if (mayHaveCommitted(group, thrown)) {
        together.forEach(each -> failed(each, begun, thrown));
        together.clear();
        return false;
      }
      group.failed().ifPresent(apart::add);
      return together.removeAll(apart);
    }
    guarded(() -> listener.groupCommitted(together.size()));
    together.forEach(each -> reported(each, begun, false));
    group.complete();
    together.clear();
    return false;
  }

  /** Also true where it is certain that nothing was, but trying again would wait for long. */
  private static boolean mayHaveCommitted(GroupTransaction group, Throwable thrown) {
    return group.failed().isPresent()
        ? DatabaseErrors.connectionBroke(thrown)
        : !DatabaseErrors.rolledBack(thrown);
  }

  private <T> void performAlone(StoreOperation<T> operation) {
    if (!health.up()) {
      operation.result().completeExceptionally(health.known());
      return;
    }
    long begun = System.nanoTime();
    @Nullable T value;
    try {
      value = repeated(operation);
    } catch (RuntimeException | Error thrown) {
      failed(operation, begun, thrown);
      return;
    }
    reported(operation, begun, false);
    operation.result().complete(value);
  }

  private void failed(StoreOperation<?> operation, long begun, Throwable thrown) {
    StoreException failure = DatabaseErrors.translated(operation.name(), thrown);
    reported(operation, begun, true);
    if (failure instanceof StoreUnavailableException gone && health.markDown(gone.trouble())) {
      guarded(whenDown);
    }
    operation.result().completeExceptionally(failure);
  }

  private void reported(StoreOperation<?> operation, long begun, boolean failed) {
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    guarded(() -> listener.statementDone(operation.name(), took, failed));
  }

  /** A listener that fails must not keep callers from their answers. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException mistake) {
      LOG.error("A listener failed on an operation of the store", mistake);
    }
  }

  private <T> @Nullable T repeated(StoreOperation<T> operation) {
    for (int tries = 1; ; tries++) {
      try {
        return execute(operation);
      } catch (RuntimeException thrown) {
        if (tries == MAX_TRIES || !DatabaseErrors.repeatable(thrown)) {
          throw thrown;
        }
      }
    }
  }

  private <T> @Nullable T execute(StoreOperation<T> operation) {
    if (operation.single().isPresent()) {
      return jdbi.withHandle(operation.single().get());
    }
    try {
      return jdbi.inTransaction(handle -> executed(operation, handle));
    } catch (Statements.RolledBack rolledBack) {
      @SuppressWarnings("unchecked") // the operation's own value
      T value = (T) rolledBack.value();
      return value;
    }
  }

  private <T> @Nullable T executed(StoreOperation<T> operation, Handle handle) {
    List<FleetSignal> sent = new ArrayList<>();
    if (operation.place().rank() == GroupPlace.Rank.LOCK) {
      GroupTransaction.exclude(handle, operation.place().tenant().stream().toList());
    }
    @Nullable T value = operation.work().execute(handle, sent::add);
    commit.sendAndCommit(handle, sent);
    return value;
  }
}
