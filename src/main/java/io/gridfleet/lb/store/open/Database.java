package io.gridfleet.lb.store.open;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreAddress.SqliteFile;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreStartException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An opened database, migrated and ready for statements.
 *
 * @param held a resource that is closed after it: the lock of a SQLite file
 */
public record Database(Dialect dialect, HikariDataSource connections, AutoCloseable held)
    implements AutoCloseable {

  /**
   * A database that doesn't answer within this is down. A machine whose cores are all busy takes
   * seconds to start a connection's process; a server that is stopped refuses at once.
   */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Keeps what it parsed for all databases of the process: they are sent the same statements. */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  /**
   * Opens the database of a configuration and migrates its schema.
   *
   * @throws StoreStartException with a message for the operator; then nothing was changed
   */
  public static Database open(StoreConfig config) throws StoreStartException {
    if (config.address() instanceof SqliteFile file) {
      return SqliteFiles.open(file);
    }
    if (config.address() instanceof Postgres postgres) {
      return PostgresServers.open(postgres, config);
    }
    return SqliteFiles.openMemory(config.address());
  }

  /**
   * Returns a source of connections for notifications, whose statements have no time limit. The
   * read timeout ends a login that its caller has given up.
   */
  public static PGSimpleDataSource patientSource(Postgres address, StoreConfig config) {
    PGSimpleDataSource source = PostgresServers.source(address, config);
    source.setSocketTimeout((int) CONNECT_TIMEOUT.toSeconds());
    return source;
  }

  static HikariConfig pool(DataSource source, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("store");
    config.setDataSource(source);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
    config.setValidationTimeout(CONNECT_TIMEOUT.toMillis() / 2);
    config.setInitializationFailTimeout(-1);
    return config;
  }

  public Jdbi jdbi() {
    Jdbi jdbi = Jdbi.create(connections);
    jdbi.getConfig(SqlStatements.class).setSqlParser(PARSER);
    dialect.teach(jdbi);
    if (dialect == Dialect.SQLITE) {
      jdbi.setStatementBuilderFactory(new KeptStatements()::of);
    }
    return jdbi;
  }

  /** Drops connections that were opened before an outage. */
  public void forgetConnections() {
    if (dialect == Dialect.POSTGRESQL) {
      connections.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public void close() {
    connections.close();
    try {
      held.close();
    } catch (Exception e) {
      throw new IllegalStateException("the store's file can't be released", e);
    }
  }
}
