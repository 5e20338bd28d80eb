package io.gridfleet.lb.store.signal;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.statement.Statements;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The signals between replicas. Operations send theirs as part of their transaction; the {@link
 * #port} sends others and receives those of other replicas.
 */
public final class StoreSignals implements AutoCloseable {
  private final String origin;
  private final SignalText text;
  private final SignalSender sender;

  /** Set once, at the start; none where there can't be other replicas. */
  private volatile @Nullable PostgresSignals listening;

  /**
   * @param origin the id of this replica
   * @param clock converts the times of signals
   * @param hasOthers whether there can be other replicas; if not, nothing is sent
   */
  public StoreSignals(String origin, StoreClock clock, boolean hasOthers) {
    this.origin = origin;
    this.text = new SignalText(clock);
    this.sender = new SignalSender(origin, text, hasOthers);
  }

  /** A signal whose text is composed of the rows that a statement named {@code changed} returns. */
  public enum OfRow {
    NONE("CAST(NULL AS TEXT)"),
    /** {@link FleetSignal.Taken} without a tenant, of a row of the locks. */
    TAKEN(SignalText.TAKEN),
    /** {@link FleetSignal.SessionEnded} of a session's row. */
    ENDED(SignalText.ENDED),
    /**
     * {@link #ENDED}, and {@link FleetSignal.Freed} of the row of its lock named {@code lock}, if
     * any.
     */
    ENDED_AND_FREED(SignalText.ENDED_AND_FREED);

    private final String expression;

    OfRow(String expression) {
      this.expression = expression;
    }
  }

  /** Starts to receive, by notifications of PostgreSQL. */
  public void listen(Statements statements, DataSource source) {
    PostgresSignals begun = new PostgresSignals(origin, statements, source, text);
    listening = begun;
    begun.start();
  }

  /** Returns the port to the signals; without {@link #listen} it neither sends nor receives. */
  public FleetSignals port() {
    PostgresSignals now = listening;
    return now == null ? FleetSignals.none() : now;
  }

  /** Returns whether there can be other replicas. */
  public boolean hasOthers() {
    return sender.hasOthers();
  }

  /**
   * Returns a query that sends a signal for each row that it changes.
   *
   * @param named the queries of a {@code WITH}, of which {@code changed} returns the rows
   */
  public Query sending(Handle handle, String named, OfRow signal) {
    return sender.sending(handle, named, signal.expression);
  }

  /** As above, with the same signal for each row that the statement returns. */
  Query changing(Handle handle, String statement, FleetSignal signal) {
    return sender.changing(handle, statement, signal);
  }

  /** Ends a transaction, see {@link Statements.Commit}. */
  public void sendAndCommit(Handle handle, List<FleetSignal> signals) {
    sender.sendAndCommit(handle, signals);
  }

  @Override
  public void close() {
    PostgresSignals now = listening;
    if (now != null) {
      now.close();
    }
  }
}
