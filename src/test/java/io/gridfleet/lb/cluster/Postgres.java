package io.gridfleet.lb.cluster;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A PostgreSQL server of a test's own, which can be stopped and started again with its data. */
final class Postgres implements AutoCloseable {
  private final Path data;
  private EmbeddedPostgres server;
  private final int port;

  private Postgres(Path data) throws IOException {
    this.data = data;
    this.server = builder().start();
    this.port = server.getPort();
  }

  static Postgres start() throws IOException {
    return new Postgres(Files.createTempDirectory("gridfleet-cluster-pg"));
  }

  private EmbeddedPostgres.Builder builder() {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPGStartupWait(Duration.ofSeconds(60))
        .setServerConfig("fsync", "off");
  }

  String address() {
    return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
  }

  /** Gone when this returns: on a busy machine that takes longer than the library waits for it. */
  void stop() throws IOException {
    server.close();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !Files.exists(data.resolve("postmaster.pid")));
  }

  void startAgain() throws IOException {
    server = builder().setPort(port).start();
  }

  /** The number that a query answers. */
  int count(String query) {
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  int locksHeld() {
    return count("SELECT count(*) FROM device_locks WHERE holder IS NOT NULL");
  }

  int liveSessions() {
    return count("SELECT count(*) FROM sessions WHERE ended IS NULL");
  }

  @Override
  public void close() throws IOException {
    stop();
    try (var files = Files.walk(data)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
