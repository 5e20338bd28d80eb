package io.gridfleet.lb.cluster;

import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.store.StoreAddress;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A PostgreSQL server of a test's own, which can be stopped and started again with its data. */
public final class Postgres implements AutoCloseable {
  private final Path data;
  private EmbeddedPostgres server;
  private final int port;

  private Postgres(Path data) throws IOException {
    this.data = data;
    this.server = builder().start();
    this.port = server.getPort();
  }

  public static Postgres start() throws IOException {
    return new Postgres(Files.createTempDirectory("gridfleet-cluster-pg"));
  }

  private EmbeddedPostgres.Builder builder() {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPGStartupWait(Duration.ofSeconds(60))
        .setServerConfig("fsync", "off")
        .setServerConfig("synchronous_commit", "on");
  }

  public StoreAddress.Postgres address() {
    return new StoreAddress.Postgres("postgres", "127.0.0.1:" + port, "postgres", "");
  }

  /**
   * Has ended when this returns: on a busy machine that takes longer than the library's timeout.
   */
  void stop() throws IOException {
    server.close();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !Files.exists(data.resolve("postmaster.pid")));
  }

  /** Ends it as {@code pg_ctl stop -m immediate} does: without a checkpoint, in all commits. */
  public void crash() throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    Optional<ProcessHandle> postmaster = ProcessHandle.of(pid);
    new ProcessBuilder("kill", "-QUIT", String.valueOf(pid)).inheritIO().start().onExit().join();
    postmaster.ifPresent(ended -> ended.onExit().join());
    server.close();
  }

  public void startAgain() throws IOException {
    server = builder().setPort(port).start();
  }

  @Override
  public void close() throws IOException {
    stop();
    try (var files = Files.walk(data)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
