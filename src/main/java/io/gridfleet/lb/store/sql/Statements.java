package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes operations on the {@code store-*} threads. Fails at once when the store is known to be
 * down or when too many operations wait. A stage completes on a store thread after its connection
 * went back to the pool.
 *
 * <p>Threads: {@code store-1} is the writer. It alone executes the operations of {@link #write}: it
 * takes all that wait at that moment, at most {@link #MAX_GROUP}, and never waits for more. One is
 * executed by itself, in one statement where it has one; several are executed in one transaction
 * and commit together, which costs what one commit costs. The other operations are executed by
 * {@code store-2…}, one at a time each, or by the writer between two groups where it is the only
 * thread, as on SQLite.
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
final class Statements implements AutoCloseable {
  /** More waits only when the store is slower than its callers. */
  static final int MAX_GROUP = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Statements.class);

  /** Deadlocks between replicas are rare and short; three in a row have another cause. */
  private static final int MAX_TRIES = 3;

  /** The time limit of a statement cuts it off before this. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(6);

  private final Jdbi jdbi;
  private final SignalSender signals;
  private final StoreHealth health;
  private final StoreListener listener;
  private final Runnable whenDown;
  private final OperationQueue queue;
  private final List<Thread> threads = new ArrayList<>();
  private final int waiting;

  Statements(
      Jdbi jdbi,
      SignalSender signals,
      StoreHealth health,
      StoreListener listener,
      Limits limits,
      Runnable whenDown) {
    this.jdbi = jdbi;
    this.signals = signals;
    this.health = health;
    this.listener = listener;
    this.whenDown = whenDown;
    this.waiting = limits.waiting();
    this.queue = new OperationQueue(waiting, limits.threads() == 1);
    threads.add(StoreThreads.named("store-1", () -> serve(this::nextForWriter)));
    for (int number = 2; number <= limits.threads(); number++) {
      threads.add(StoreThreads.named("store-" + number, () -> serve(queue::takeOther)));
    }
    threads.forEach(Thread::start);
  }

  /** How many operations run and wait at once. */
  record Limits(int threads, int waiting) {}

  /** Runs one statement, which commits by itself. */
  <T> CompletableFuture<T> run(String name, HandleCallback<T, RuntimeException> work) {
    return other(
        name,
        (handle, none) -> work.withHandle(handle),
        Optional.of((handle, sender) -> work.withHandle(handle)));
  }

  /** Executes statements in a transaction of their own. */
  <T> CompletableFuture<T> inTransaction(String name, HandleCallback<T, RuntimeException> work) {
    return other(name, (handle, none) -> work.withHandle(handle), Optional.empty());
  }

  /** As above, with signals that are sent if the transaction commits. */
  <T> CompletableFuture<T> inTransaction(String name, StoreOperation.Work<T> work) {
    return other(name, work, Optional.empty());
  }

  /** Makes one change that is signalled, in a statement that commits by itself. */
  <T> CompletableFuture<Optional<T>> run(String name, SignalledChange<T> change) {
    return other(name, change::execute, Optional.of(change::commit));
  }

  /**
   * Executes statements in a transaction with those of other operations that wait, or in one of
   * their own.
   */
  <T> CompletableFuture<T> write(String name, GroupPlace place, StoreOperation.Work<T> work) {
    return write(
        new StoreOperation<>(name, place, work, Optional.empty(), new CompletableFuture<>()));
  }

  /** As above, for an operation that is one statement where it is executed by itself. */
  <T> CompletableFuture<T> write(
      String name, GroupPlace place, StoreOperation.Work<T> work, StoreOperation.Single<T> single) {
    return write(
        new StoreOperation<>(name, place, work, Optional.of(single), new CompletableFuture<>()));
  }

  private <T> CompletableFuture<T> write(StoreOperation<T> operation) {
    if (health.up()) {
      admit(operation, queue.offerWrite(operation));
    } else {
      operation.result().completeExceptionally(known());
    }
    return operation.result();
  }

  private <T> CompletableFuture<T> other(
      String name, StoreOperation.Work<T> work, Optional<StoreOperation.Single<T>> single) {
    StoreOperation<T> operation =
        new StoreOperation<>(name, GroupPlace.ALONE, work, single, new CompletableFuture<>());
    if (health.up()) {
      admit(operation, queue.offer(operation));
    } else {
      operation.result().completeExceptionally(known());
    }
    return operation.result();
  }

  private void admit(StoreOperation<?> operation, OperationQueue.Offer offer) {
    if (offer == OperationQueue.Offer.CLOSED) {
      operation.result().completeExceptionally(new StoreUnavailableException("it is closed", null));
    } else if (offer == OperationQueue.Offer.FULL) {
      listener.statementRefused(operation.name());
      operation.result().completeExceptionally(new StoreBusyException(waiting));
    }
  }

  private interface Source {
    List<StoreOperation<?>> next() throws InterruptedException;
  }

  private List<StoreOperation<?>> nextForWriter() throws InterruptedException {
    return queue.takeForWriter(MAX_GROUP);
  }

  /** The life of a thread. */
  private void serve(Source source) {
    try {
      for (List<StoreOperation<?>> next = source.next(); !next.isEmpty(); next = source.next()) {
        perform(next);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void perform(List<StoreOperation<?>> taken) {
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
    GroupTransaction group = new GroupTransaction(together, signals);
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
      operation.result().completeExceptionally(known());
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
      StoreOperation.Single<T> single = operation.single().get();
      return jdbi.withHandle(handle -> single.execute(handle, signals));
    }
    try {
      return jdbi.inTransaction(
          handle -> {
            List<FleetSignal> sent = new ArrayList<>();
            if (operation.place().rank() == GroupPlace.Rank.LOCK) {
              SqlDeviceLocks.exclude(handle, operation.place().tenant().stream().toList());
            }
            @Nullable T value = operation.work().execute(handle, sent::add);
            signals.sendAndCommit(handle, sent);
            return value;
          });
    } catch (StoreOperation.RolledBack rolledBack) {
      @SuppressWarnings("unchecked") // the operation's own value
      T value = (T) rolledBack.value();
      return value;
    }
  }

  private StoreUnavailableException known() {
    return new StoreUnavailableException(health.trouble().orElse("it was just down"), null);
  }

  int waitingNow() {
    return queue.size();
  }

  /** Lets waiting operations finish, within a time limit. */
  @Override
  public void close() {
    queue.close();
    StoreThreads.awaitEnd(threads, STOP_PATIENCE);
    queue
        .drain()
        .forEach(
            left ->
                left.result()
                    .completeExceptionally(new StoreUnavailableException("it is closed", null)));
  }
}
