package io.gridfleet.lb.store.statement;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

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
 * thread, as on SQLite. {@link OperationExecution} has the states of an operation, and what holds
 * for its future. {@code store-heartbeat} detects that the store is down or back.
 */
public final class Statements implements AutoCloseable {
  /** More waits only when the store is slower than its callers. */
  public static final int MAX_GROUP = 64;

  /** The time limit of a statement cuts it off before this. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(6);

  private final StoreHealth health;
  private final StoreListener listener;
  private final OperationExecution execution;
  private final StoreHeartbeat heartbeat;
  private final OperationQueue queue;
  private final List<Thread> threads = new ArrayList<>();
  private final int waiting;

  /**
   * @param commit ends each transaction
   * @param tasks those of the heartbeat, which {@link #startHeartbeat} starts
   */
  public Statements(
      Jdbi jdbi, Commit commit, StoreListener listener, Limits limits, HeartbeatTasks tasks) {
    this.listener = listener;
    this.health = new StoreHealth(listener);
    this.heartbeat = new StoreHeartbeat(health, tasks);
    this.execution = new OperationExecution(jdbi, commit, health, listener, heartbeat::lookNow);
    this.waiting = limits.waiting();
    this.queue = new OperationQueue(waiting, limits.threads() == 1);
    threads.add(StoreThreads.named("store-1", () -> serve(this::nextForWriter)));
    for (int number = 2; number <= limits.threads(); number++) {
      threads.add(StoreThreads.named("store-" + number, () -> serve(queue::takeOther)));
    }
    threads.forEach(Thread::start);
  }

  /**
   * The statements. They may be executed several times, after a rollback each, so they change
   * nothing but the database.
   */
  public interface Work<T> {
    /**
     * Executes the statements.
     *
     * @param signals receives what other replicas are to be told if the transaction commits
     * @return the value; null only of an operation that has none
     */
    @Nullable T execute(Handle handle, Consumer<FleetSignal> signals);
  }

  /** Rolls the operation back, although it succeeds, with this value. */
  public static final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never serialized
    private final transient Object value;

    public RolledBack(Object value) {
      super(null, null, false, false);
      this.value = value;
    }

    Object value() {
      return value;
    }
  }

  /** The end of a transaction. */
  public interface Commit {
    /**
     * Sends the signals of the operations in their order, and commits with the last. Without a
     * signal to send, the caller commits.
     */
    void sendAndCommit(Handle handle, List<FleetSignal> signals);
  }

  /** The tasks of a heartbeat; each method uses the store and throws when that fails. */
  public interface HeartbeatTasks {
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

  /** How many operations run and wait at once. */
  public record Limits(int threads, int waiting) {}

  /** Runs one statement, which commits by itself. */
  public <T> CompletableFuture<T> run(String name, HandleCallback<T, RuntimeException> work) {
    return other(name, (handle, none) -> work.withHandle(handle), Optional.of(work));
  }

  /** Executes statements in a transaction of their own. */
  public <T> CompletableFuture<T> inTransaction(
      String name, HandleCallback<T, RuntimeException> work) {
    return other(name, (handle, none) -> work.withHandle(handle), Optional.empty());
  }

  /** As above, with signals that are sent if the transaction commits. */
  public <T> CompletableFuture<T> inTransaction(String name, Work<T> work) {
    return other(name, work, Optional.empty());
  }

  /**
   * Executes statements in a transaction with those of other operations that wait, or in one of
   * their own.
   */
  public <T> CompletableFuture<T> write(String name, GroupPlace place, Work<T> work) {
    return write(
        new StoreOperation<>(name, place, work, Optional.empty(), new CompletableFuture<>()));
  }

  /** As above, for an operation that is one statement where it is executed by itself. */
  public <T> CompletableFuture<T> write(
      String name, GroupPlace place, Work<T> work, HandleCallback<T, RuntimeException> single) {
    return write(
        new StoreOperation<>(name, place, work, Optional.of(single), new CompletableFuture<>()));
  }

  private <T> CompletableFuture<T> write(StoreOperation<T> operation) {
    if (health.up()) {
      admit(operation, queue.offerWrite(operation));
    } else {
      operation.result().completeExceptionally(health.known());
    }
    return operation.result();
  }

  private <T> CompletableFuture<T> other(
      String name, Work<T> work, Optional<HandleCallback<T, RuntimeException>> single) {
    StoreOperation<T> operation =
        new StoreOperation<>(name, GroupPlace.ALONE, work, single, new CompletableFuture<>());
    if (health.up()) {
      admit(operation, queue.offer(operation));
    } else {
      operation.result().completeExceptionally(health.known());
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
        execution.perform(next);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the heartbeat, which notices that the store is back. */
  public void startHeartbeat() {
    heartbeat.start();
  }

  /** Returns whether operations are executed now. */
  public boolean isUp() {
    return health.up();
  }

  /** Returns the cause, while the store is down. */
  public Optional<String> trouble() {
    return health.trouble();
  }

  /** Whether an outage ended less than this ago. */
  public boolean justBack(Duration howLong) {
    return health.justBack(howLong);
  }

  /** Returns for how long the store has been up or down, at most since the start. */
  public Duration unchangedFor() {
    return health.unchangedFor();
  }

  /** Operations fail from now on until a heartbeat is written. */
  public void markDown(String trouble) {
    health.markDown(trouble);
  }

  /** Returns the number of operations that wait for a thread. */
  public int waitingNow() {
    return queue.size();
  }

  /** Lets waiting operations finish, within a time limit, and ends the heartbeat. */
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
    heartbeat.close();
  }
}
