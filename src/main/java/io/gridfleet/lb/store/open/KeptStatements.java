package io.gridfleet.lb.store.open;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Keeps the prepared statements of SQLite's one connection, because its driver keeps none and a
 * statement takes longer to prepare than to execute. PostgreSQL's driver keeps its own.
 *
 * <p>A statement is in one of two maps: in {@link #kept} while nobody uses it, by its SQL, and in
 * {@link #used} otherwise, because the SQL that it is closed with is that before named parameters
 * were replaced. One that failed was finalized by the driver and isn't put back.
 *
 * <p>Threads: the connection is used by one thread at a time, and so is everything here. The pool
 * may replace a connection; the statements of the former one ended with it.
 */
final class KeptStatements extends DefaultStatementBuilder {
  /** Several times the statements that this program has; lists are composed of few forms. */
  private static final int MAX = 300;

  private final Map<String, PreparedStatement> kept = new LinkedHashMap<>();
  private final IdentityHashMap<Statement, String> used = new IdentityHashMap<>();
  private @Nullable SQLiteConnection owner;

  /** Returns the builder for statements of a connection, which may be wrapped by the pool. */
  synchronized StatementBuilder of(Connection connection) {
    try {
      SQLiteConnection own = connection.unwrap(SQLiteConnection.class);
      if (own != owner) {
        kept.clear();
        used.clear();
        owner = own;
      }
      return this;
    } catch (SQLException e) {
      throw new IllegalStateException("no connection of SQLite", e);
    }
  }

  /** Prepares on the connection itself: the pool closes the statements that were made by it. */
  @Override
  public synchronized PreparedStatement create(
      Connection connection, String sql, StatementContext context) throws SQLException {
    if (context.isReturningGeneratedKeys() || context.isConcurrentUpdatable()) {
      return super.create(connection, sql, context);
    }
    PreparedStatement known = kept.remove(sql);
    PreparedStatement taken =
        known != null
            ? known
            : super.create(connection.unwrap(SQLiteConnection.class), sql, context);
    used.put(taken, sql);
    return taken;
  }

  @Override
  public synchronized void close(Connection connection, String unparsed, Statement statement)
      throws SQLException {
    String sql = used.remove(statement);
    if (sql == null
        || !(statement instanceof PreparedStatement prepared)
        || prepared.isClosed()
        || prepared.getConnection() != owner
        || kept.containsKey(sql)) {
      statement.close();
      return;
    }
    prepared.clearBatch();
    prepared.clearParameters();
    kept.put(sql, prepared);
    if (kept.size() > MAX) {
      dropOldest();
    }
  }

  private void dropOldest() throws SQLException {
    Iterator<PreparedStatement> oldest = kept.values().iterator();
    PreparedStatement dropped = oldest.next();
    oldest.remove();
    dropped.close();
  }

  /** Returns the number of statements that are kept now. */
  synchronized int size() {
    return kept.size();
  }
}
