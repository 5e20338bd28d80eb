package io.gridfleet.lb.store.signal;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.statement.Statements;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * One statement that changes at most one row, and the signal that is sent if it does.
 *
 * @param statement returns the row
 */
public record SignalledChange<T>(
    String statement, UnaryOperator<Query> bound, RowMapper<T> row, FleetSignal signal) {

  /** Executes it in a transaction that others end. */
  public Optional<T> execute(Handle handle, Consumer<FleetSignal> signals) {
    Optional<T> changed = bound.apply(handle.createQuery(statement)).map(row).findOne();
    changed.ifPresent(each -> signals.accept(signal));
    return changed;
  }

  /** Executes it in a transaction of its own, with the signal, in one round trip. */
  public Optional<T> commit(Handle handle, StoreSignals sender) {
    return bound.apply(sender.changing(handle, statement, signal)).map(row).findOne();
  }

  /** As above, as an operation that no group has part in. */
  public CompletableFuture<Optional<T>> run(
      String name, Statements statements, StoreSignals sender) {
    return statements.run(name, handle -> commit(handle, sender));
  }
}
