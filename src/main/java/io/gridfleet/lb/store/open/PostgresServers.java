package io.gridfleet.lb.store.open;

import com.zaxxer.hikari.HikariDataSource;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreStartException;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens PostgreSQL 14 or later. */
final class PostgresServers {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresServers.class);
  private static final int OLDEST = 14;

  /** A server that accepted a statement and sends nothing for this long counts as down. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  /** The pause between attempts while a start waits for its database. */
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

  /** Wrong user, password or database: waiting doesn't help. */
  private static final Set<String> FOR_GOOD = Set.of("28000", "28P01", "3D000", "3F000");

  private PostgresServers() {}

  static Database open(Postgres address, StoreConfig config) throws StoreStartException {
    PGSimpleDataSource patient = source(address, config);
    checkVersion(address, connect(address, patient, config.startPatience()));
    migrate(new Schema(address, Dialect.POSTGRESQL, patient), config.startPatience());
    PGSimpleDataSource quick = source(address, config);
    quick.setSocketTimeout((int) ANSWER_TIMEOUT.toSeconds());
    return new Database(
        Dialect.POSTGRESQL,
        new HikariDataSource(Database.pool(quick, config.connections() + 1)),
        () -> {});
  }

  /** A source whose connections have no read timeout, as migrations need. */
  static PGSimpleDataSource source(Postgres address, StoreConfig config) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(
        "jdbc:postgresql://" + address.hosts() + "/" + address.database() + address.options());
    source.setUser(address.user());
    config.password().ifPresent(source::setPassword);
    source.setConnectTimeout((int) Database.CONNECT_TIMEOUT.toSeconds());
    source.setLoginTimeout((int) Database.CONNECT_TIMEOUT.toSeconds());
    source.setTcpKeepAlive(true);
    source.setApplicationName("gridfleet-lb");
    return source;
  }

  private static int connect(Postgres address, PGSimpleDataSource source, Duration patience)
      throws StoreStartException {
    long begun = System.nanoTime();
    for (boolean logged = false; ; logged = true) {
      try (Connection connection = source.getConnection()) {
        return connection.getMetaData().getDatabaseMajorVersion();
      } catch (SQLException e) {
        boolean late = System.nanoTime() - begun > patience.toNanos();
        if (late || FOR_GOOD.contains(String.valueOf(e.getSQLState()))) {
          throw new StoreStartException(
              "The store %s can't be reached: %s".formatted(address, DatabaseErrors.sentence(e)),
              e);
        }
        if (!logged) {
          LOG.warn("Waiting for the store {}: {}", address, DatabaseErrors.sentence(e));
        }
        pause();
      }
    }
  }

  /** The server may become unreachable between the connection and the migration. */
  private static void migrate(Schema schema, Duration patience) throws StoreStartException {
    long begun = System.nanoTime();
    for (boolean done = false; !done; ) {
      try {
        schema.migrate();
        done = true;
      } catch (StoreStartException e) {
        boolean late = System.nanoTime() - begun > patience.toNanos();
        if (late
            || !(DatabaseErrors.translated("migrate", e) instanceof StoreUnavailableException)) {
          throw e;
        }
        LOG.warn(
            "The store went away while its tables were looked at: {}", DatabaseErrors.sentence(e));
        pause();
      }
    }
  }

  private static void pause() throws StoreStartException {
    try {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreStartException("Interrupted while waiting for the store", e);
    }
  }

  private static void checkVersion(Postgres address, int major) throws StoreStartException {
    if (major < OLDEST) {
      throw new StoreStartException(
          "The store %s is PostgreSQL %d; version %d or later is needed."
              .formatted(address, major, OLDEST));
    }
  }
}
