package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a port, and the future of its caller.
 *
 * @param place its place in a group; {@link GroupPlace#ALONE} for one that is executed by itself
 */
record StoreOperation<T>(
    String name, Form form, GroupPlace place, Work<T> work, CompletableFuture<T> result) {

  /** How it is executed when it is executed by itself. */
  enum Form {
    /** One statement, which commits by itself. */
    STATEMENT,
    TRANSACTION
  }

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
