package io.gridfleet.lb.store;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Translates errors of the database to the exceptions of the store's ports. */
public final class DatabaseErrors {
  /** Deadlock and serialization failure: the transaction was rolled back and may be repeated. */
  private static final Set<String> REPEATABLE = Set.of("40001", "40P01");

  /**
   * SQLSTATE classes of PostgreSQL for a server that can't be used: connection exception,
   * insufficient resources (disk full, too many connections), operator intervention, system error;
   * and read-only transaction, as a standby answers.
   */
  private static final Set<String> GONE_CLASSES = Set.of("08", "53", "57", "58");

  private static final String READ_ONLY = "25006";

  /** A statement's own time limit belongs to class 57 but doesn't mean that the server is down. */
  private static final String CANCELED = "57014";

  private static final Set<SQLiteErrorCode> SQLITE_GONE =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL,
          SQLiteErrorCode.SQLITE_IOERR,
          SQLiteErrorCode.SQLITE_CANTOPEN,
          SQLiteErrorCode.SQLITE_CORRUPT,
          SQLiteErrorCode.SQLITE_NOTADB,
          SQLiteErrorCode.SQLITE_READONLY,
          SQLiteErrorCode.SQLITE_BUSY,
          SQLiteErrorCode.SQLITE_LOCKED);

  /**
   * SQLSTATE classes that a server answers when it has rolled a transaction back: integrity,
   * invalid transaction state, rollback, insufficient resources.
   */
  private static final Set<String> ROLLED_BACK_CLASSES = Set.of("23", "25", "40", "53");

  private DatabaseErrors() {}

  public static boolean repeatable(Throwable thrown) {
    return sqlCause(thrown).map(cause -> REPEATABLE.contains(state(cause))).orElse(false);
  }

  /** Returns whether a transaction whose commit failed with this has certainly no effect. */
  public static boolean rolledBack(Throwable thrown) {
    return sqlCause(thrown)
        .map(
            cause ->
                cause instanceof SQLiteException
                    || (!brokeConnection(cause) && ROLLED_BACK_CLASSES.contains(type(cause))))
        .orElse(false);
  }

  /** Returns whether the connection broke, so that others of a transaction can't go on either. */
  public static boolean connectionBroke(Throwable thrown) {
    return sqlCause(thrown).map(DatabaseErrors::brokeConnection).orElse(false);
  }

  private static boolean brokeConnection(SQLException cause) {
    return !(cause instanceof SQLiteException)
        && gone(cause)
        && !ROLLED_BACK_CLASSES.contains(type(cause));
  }

  private static String type(SQLException cause) {
    String state = state(cause);
    return state.length() == 5 ? state.substring(0, 2) : "";
  }

  /** Returns the exception with which the ports fail. */
  public static StoreException translated(String statement, Throwable thrown) {
    if (thrown instanceof StoreException known) {
      return known;
    }
    Optional<SQLException> cause = sqlCause(thrown);
    if (cause.isPresent() && gone(cause.get())) {
      return new StoreUnavailableException(sentence(cause.get()), thrown);
    }
    return new StoreFaultException(statement, cause.<Throwable>map(e -> e).orElse(thrown));
  }

  /** Returns the first line of the database's message. */
  public static String sentence(Throwable thrown) {
    String words = String.valueOf(thrown.getMessage());
    Throwable deeper = thrown.getCause();
    if (thrown instanceof SQLTransientConnectionException && deeper instanceof SQLException) {
      words = String.valueOf(deeper.getMessage());
    }
    return words.lines().findFirst().orElse(words);
  }

  public static Optional<SQLiteErrorCode> sqliteCode(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof SQLiteException sqlite) {
        return Optional.of(primary(sqlite.getResultCode()));
      }
    }
    return Optional.empty();
  }

  private static boolean gone(SQLException cause) {
    if (cause instanceof SQLiteException sqlite) {
      return SQLITE_GONE.contains(primary(sqlite.getResultCode()));
    }
    if (cause instanceof SQLTransientConnectionException
        || cause instanceof SQLNonTransientConnectionException
        || cause instanceof SQLRecoverableException
        || cause.getCause() instanceof IOException) {
      return true;
    }
    String state = state(cause);
    return state.equals(READ_ONLY)
        || (!state.equals(CANCELED) && GONE_CLASSES.contains(type(cause)));
  }

  private static String state(SQLException cause) {
    @Nullable String state = cause.getSQLState();
    return state == null ? "" : state;
  }

  private static Optional<SQLException> sqlCause(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql) {
        return Optional.of(sql);
      }
    }
    return Optional.empty();
  }

  /** An extended code of SQLite carries its primary one in the low byte. */
  private static SQLiteErrorCode primary(SQLiteErrorCode extended) {
    return extended.code < 0 ? extended : SQLiteErrorCode.getErrorCode(extended.code & 0xff);
  }
}
