package io.gridfleet.lb.store.open;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreAddress.SqliteFile;
import io.gridfleet.lb.store.StoreStartException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** Opens SQLite: one process a file, one connection, write-ahead log. */
final class SqliteFiles {
  /** SQLite's own tools lock the file for a short time while they copy it. */
  private static final Duration BUSY_PATIENCE = Duration.ofSeconds(2);

  /** All statements share one connection: waiting for it doesn't mean that the file is gone. */
  private static final Duration TURN_PATIENCE = Duration.ofSeconds(30);

  private SqliteFiles() {}

  static Database open(SqliteFile address) throws StoreStartException {
    Path path = address.path().toAbsolutePath();
    SqliteProcessLock mark = SqliteProcessLock.on(path);
    try {
      check(address, path);
      SQLiteDataSource source = source("jdbc:sqlite:" + path);
      new Schema(address, Dialect.SQLITE, source).migrate();
      return new Database(Dialect.SQLITE, new HikariDataSource(one(source)), mark);
    } catch (StoreStartException | RuntimeException e) {
      mark.close();
      throw e;
    }
  }

  /** The in-memory database of one store; dropped when the store closes. */
  static Database openMemory(StoreAddress address) throws StoreStartException {
    SQLiteDataSource source =
        source("jdbc:sqlite:file:" + UUID.randomUUID() + "?mode=memory&cache=shared");
    try {
      Connection keeper = source.getConnection();
      new Schema(address, Dialect.SQLITE, source).migrate();
      return new Database(Dialect.SQLITE, new HikariDataSource(one(source)), keeper);
    } catch (SQLException e) {
      throw new StoreStartException(
          "SQLite can't be used on this machine: " + DatabaseErrors.sentence(e), e);
    }
  }

  private static SQLiteDataSource source(String url) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.NORMAL);
    config.enforceForeignKeys(true);
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.setBusyTimeout((int) BUSY_PATIENCE.toMillis());
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(url);
    return source;
  }

  private static HikariConfig one(SQLiteDataSource source) {
    HikariConfig config = Database.pool(source, 1);
    config.setConnectionTimeout(TURN_PATIENCE.toMillis());
    config.setMaxLifetime(0);
    config.setIdleTimeout(0);
    return config;
  }

  /** Reads the whole file before anything is written to it. */
  private static void check(SqliteFile address, Path path) throws StoreStartException {
    SQLiteDataSource plain = new SQLiteDataSource();
    plain.setUrl("jdbc:sqlite:" + path);
    try (Connection connection = plain.getConnection();
        Statement statement = connection.createStatement()) {
      try (ResultSet answer = statement.executeQuery("PRAGMA quick_check(1)")) {
        if (answer.next() && !answer.getString(1).equals("ok")) {
          throw damaged(address, answer.getString(1), null);
        }
      }
      refuseForeign(address, statement);
      // Begins a write and rolls it back: distinguishes a read-only file from a writable one.
      statement.execute("BEGIN");
      statement.execute("PRAGMA user_version = 1");
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      throw explained(address, e);
    }
  }

  private static void refuseForeign(SqliteFile address, Statement statement)
      throws SQLException, StoreStartException {
    try (ResultSet tables =
        statement.executeQuery(
            "SELECT count(*), coalesce(sum(name = 'schema_history'), 0) FROM sqlite_master"
                + " WHERE type = 'table'")) {
      if (tables.next() && tables.getInt(1) > 0 && tables.getInt(2) == 0) {
        throw new StoreStartException(
            "The store %s is the database of another program: give another path. Nothing was changed."
                .formatted(address));
      }
    }
  }

  private static StoreStartException explained(SqliteFile address, SQLException e) {
    SQLiteErrorCode code = DatabaseErrors.sqliteCode(e).orElse(SQLiteErrorCode.UNKNOWN_ERROR);
    return switch (code) {
      case SQLITE_NOTADB, SQLITE_CORRUPT -> damaged(address, DatabaseErrors.sentence(e), e);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
          new StoreStartException(
              "The store %s can't be written: give this user the right to write the file and its folder (%s)"
                  .formatted(address, DatabaseErrors.sentence(e)),
              e);
      case SQLITE_FULL ->
          new StoreStartException(
              "The disk of the store %s is full: make room, then start again. Nothing was changed."
                  .formatted(address),
              e);
      default ->
          new StoreStartException(
              "The store %s can't be opened: %s".formatted(address, DatabaseErrors.sentence(e)), e);
    };
  }

  private static StoreStartException damaged(
      SqliteFile address, String words, @org.jspecify.annotations.Nullable Throwable cause) {
    return new StoreStartException(
        "The store %s is damaged or no SQLite database: put a copy of it back, or move it away to begin with nothing. Nothing was changed. (%s)"
            .formatted(address, words),
        cause);
  }
}
