package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a port, and the future of its caller.
 *
 * @param place its place in a group; {@link GroupPlace#ALONE} for one that is executed by itself
 * @param work what it does in a transaction
 * @param single what it does instead where it is executed by itself; empty if that is {@code work}
 */
record StoreOperation<T>(
    String name,
    GroupPlace place,
    Work<T> work,
    Optional<Single<T>> single,
    CompletableFuture<T> result) {

  /**
   * The statements. They may be executed several times, after a rollback each, so they change
   * nothing but the database.
   */
  interface Work<T> {
    /**
     * Executes the statements.
     *
     * @param signals receives what other replicas are to be told if the transaction commits
     * @return the value; null only of an operation that has none
     */
    @Nullable T execute(Handle handle, Consumer<FleetSignal> signals);
  }

  /** The whole operation in one statement, which commits by itself: one round trip. */
  interface Single<T> {
    /**
     * Executes the statement, which also sends its signals.
     *
     * @return the value; null only of an operation that has none
     */
    @Nullable T execute(Handle handle, SignalSender sender);
  }

  /** Rolls the operation back, although it succeeds, with this value. */
  static final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never serialized
    private final transient Object value;

    RolledBack(Object value) {
      super(null, null, false, false);
      this.value = value;
    }

    Object value() {
      return value;
    }
  }
}
