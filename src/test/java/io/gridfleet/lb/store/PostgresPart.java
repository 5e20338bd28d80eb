package io.gridfleet.lb.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL: the one that {@code GRIDFLEET_PART_POSTGRES} names as {@code
 * postgresql://user@host:port/database}, else one out of Maven, started once and ended with the
 * process.
 */
public final class PostgresPart {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static volatile StoreAddress.@Nullable Postgres instead;

  private PostgresPart() {}

  private static final class Server {
    static final StoreAddress.Postgres ADDRESS = start();

    private static StoreAddress.Postgres start() {
      String named = System.getenv("GRIDFLEET_PART_POSTGRES");
      if (named != null && !named.isBlank()) {
        return named(named);
      }
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("fsync", "off")
                .start();
        return new StoreAddress.Postgres(
            "postgres", "127.0.0.1:" + server.getPort(), "postgres", "");
      } catch (IOException e) {
        throw new IllegalStateException("PostgreSQL doesn't start", e);
      }
    }
  }

  /**
   * Also understands the driver's own form: {@code jdbc:postgresql://host:port/database?user=…}.
   */
  static StoreAddress.Postgres named(String address) {
    Matcher jdbc =
        Pattern.compile("jdbc:postgresql://([^/]+)/([^?]+)\\?user=([^&]+)").matcher(address);
    return jdbc.matches()
        ? new StoreAddress.Postgres(jdbc.group(3), jdbc.group(1), jdbc.group(2), "")
        : (StoreAddress.Postgres) StoreAddress.parse(address);
  }

  /** The server itself, with the database that it begins with. */
  static StoreAddress.Postgres server() {
    StoreAddress.Postgres other = instead;
    return other != null ? other : Server.ADDRESS;
  }

  static boolean isReplaced() {
    return instead != null;
  }

  /** Another server in its place, from here to the end of this use. */
  static Use use(StoreAddress.Postgres other) {
    instead = other;
    return () -> instead = null;
  }

  /** While another server is used. */
  interface Use extends AutoCloseable {
    @Override
    void close();
  }

  /** A database of its own. */
  public static StoreAddress.Postgres emptyDatabase() {
    return database("");
  }

  /** A database of its own that is a copy of this one, to which no client may be connected. */
  public static StoreAddress.Postgres copyOf(StoreAddress.Postgres template) {
    return database(" TEMPLATE " + template.database());
  }

  /** The same without connections: a connection that waits for signals ends late. */
  public static StoreAddress.Postgres leftAlone(StoreAddress.Postgres database) {
    execute(
        server(),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"
            + database.database()
            + "'");
    return database;
  }

  /** The same without connections and with empty tables. */
  public static StoreAddress.Postgres emptied(StoreAddress.Postgres database) {
    execute(
        leftAlone(database),
        """
        DO $$ DECLARE name text; used boolean; BEGIN
          FOR name IN SELECT quote_ident(tablename) FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'schema_history' LOOP
            EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO used;
            IF used THEN EXECUTE 'TRUNCATE ' || name || ' CASCADE'; END IF;
          END LOOP;
        END $$""");
    return database;
  }

  /** One of these on the current server to which nobody is connected: taken out, and emptied. */
  static Optional<StoreAddress.Postgres> emptiedOne(Collection<StoreAddress.Postgres> databases) {
    Set<String> used = connectedDatabases();
    String hosts = server().hosts();
    return databases.stream()
        .filter(database -> database.hosts().equals(hosts) && !used.contains(database.database()))
        .filter(databases::remove)
        .findFirst()
        .map(PostgresPart::emptied);
  }

  private static Set<String> connectedDatabases() {
    StoreAddress.Postgres server = server();
    try (Connection connection = DriverManager.getConnection(url(server), server.user(), "");
        Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery(
                "SELECT DISTINCT datname FROM pg_stat_activity WHERE datname IS NOT NULL")) {
      Set<String> names = new HashSet<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String url(StoreAddress.Postgres address) {
    return "jdbc:postgresql://" + address.hosts() + "/" + address.database() + address.options();
  }

  private static StoreAddress.Postgres database(String as) {
    StoreAddress.Postgres server = server();
    String name = "lab_%d_%d".formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet());
    execute(server, "CREATE DATABASE " + name + as);
    return new StoreAddress.Postgres(server.user(), server.hosts(), name, server.options());
  }

  static void execute(StoreAddress.Postgres address, String statement) {
    try (Connection connection = DriverManager.getConnection(url(address), address.user(), "");
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
