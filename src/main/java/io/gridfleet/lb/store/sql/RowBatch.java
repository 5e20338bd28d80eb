package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.DatabaseErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.Update;

/**
 * Many rows of one statement, which is kept as those of other operations are. Their values are
 * bound by position: to bind them by name takes as long as SQLite takes to write the rows.
 */
final class RowBatch {
  private final PreparedStatement statement;
  private int column;

  private RowBatch(PreparedStatement statement) {
    this.statement = statement;
  }

  /**
   * Writes the rows.
   *
   * @param sql without placeholders of the dialect
   * @param bind binds the values of a row, in the order of the statement's parameters
   * @return how many rows of the table each one changed
   */
  static <T> int[] write(
      Handle handle, String sql, Collection<T> rows, BiConsumer<RowBatch, T> bind) {
    if (rows.isEmpty()) {
      return new int[0];
    }
    StatementBuilder statements = handle.getStatementBuilder();
    Connection connection = handle.getConnection();
    try (Update update = handle.createUpdate(sql)) {
      PreparedStatement statement = statements.create(connection, sql, update.getContext());
      try {
        return executed(statement, rows, bind);
      } finally {
        statements.close(connection, sql, statement);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** A statement that failed isn't kept for another batch. */
  private static <T> int[] executed(
      PreparedStatement statement, Collection<T> rows, BiConsumer<RowBatch, T> bind)
      throws SQLException {
    boolean done = false;
    try {
      RowBatch batch = new RowBatch(statement);
      for (T row : rows) {
        batch.column = 0;
        bind.accept(batch, row);
        statement.addBatch();
      }
      int[] changed = statement.executeBatch();
      done = true;
      return changed;
    } finally {
      if (!done) {
        statement.close();
      }
    }
  }

  private static IllegalStateException failed(SQLException e) {
    return new IllegalStateException(DatabaseErrors.sentence(e), e);
  }

  /** Binds a text; what PostgreSQL can't store of it is replaced. */
  RowBatch text(String value) {
    try {
      statement.setString(++column, Columns.storable(value));
    } catch (SQLException e) {
      throw failed(e);
    }
    return this;
  }

  RowBatch text(Optional<String> value) {
    return value.isPresent() ? text(value.get()) : none(Types.VARCHAR);
  }

  RowBatch number(long value) {
    try {
      statement.setLong(++column, value);
    } catch (SQLException e) {
      throw failed(e);
    }
    return this;
  }

  RowBatch number(Optional<Long> value) {
    return value.isPresent() ? number(value.get()) : none(Types.BIGINT);
  }

  /** Binds a time in milliseconds. */
  RowBatch time(Optional<Instant> value) {
    return value.isPresent() ? number(value.get().toEpochMilli()) : none(Types.BIGINT);
  }

  private RowBatch none(int type) {
    try {
      statement.setNull(++column, type);
    } catch (SQLException e) {
      throw failed(e);
    }
    return this;
  }
}
