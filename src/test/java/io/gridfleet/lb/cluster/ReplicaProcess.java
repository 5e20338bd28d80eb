package io.gridfleet.lb.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Ports;
import io.gridfleet.lb.lab.TestTransport;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One process of the jar, which can be killed, frozen and started again on its port. */
final class ReplicaProcess implements AutoCloseable {
  /** No claim: a start on a machine whose cores are all busy elsewhere. */
  private static final Duration START = Duration.ofMinutes(3);

  /** Three of them share two cores with the test: little heap, quick start. */
  private static final List<String> JVM =
      List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final List<String> program;
  private final Path log;
  private final int port;
  private @Nullable Process process;
  private boolean frozen;

  private ReplicaProcess(List<String> program, Path log, int port) {
    this.program = program;
    this.log = log;
    this.port = port;
  }

  /** The jar. Starts nothing yet. */
  static ReplicaProcess of(String name, String config) throws IOException {
    return ofJar(name, config, SharedClasses.flag());
  }

  /** One that leaves the classes of its life in this file when it stops. Starts nothing yet. */
  static ReplicaProcess archiving(Path classes, String config) throws IOException {
    return ofJar("archiving", config, "-XX:ArchiveClassesAtExit=" + classes);
  }

  private static ReplicaProcess ofJar(String name, String config, String flag) throws IOException {
    Path file = written(name, config);
    int port = Ports.free();
    return new ReplicaProcess(
        List.of(
            flag,
            "-jar",
            jar().toString(),
            "--config",
            file.toString(),
            "--listen",
            "127.0.0.1:" + port),
        log(file),
        port);
  }

  static Path jar() {
    return Path.of(System.getProperty("gridfleet.jar", "target/gridfleet-lb.jar"));
  }

  /** A replica that halts when a request of its own reaches this point. Starts nothing yet. */
  static ReplicaProcess haltingAt(String point, String config) throws IOException {
    Path file = written("halting-at-" + point, config);
    int port = Ports.free();
    return new ReplicaProcess(
        List.of(
            SharedClasses.flag(),
            "-cp",
            jar() + File.pathSeparator + folderOf(HaltingReplica.class),
            HaltingReplica.class.getName(),
            file.toString(),
            "127.0.0.1:" + port,
            point),
        log(file),
        port);
  }

  private static String folderOf(Class<?> test) {
    return test.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static Path written(String name, String config) throws IOException {
    Path folder = Files.createDirectories(Path.of("target/cluster"));
    return Files.writeString(Files.createTempFile(folder, name, ".yaml"), config);
  }

  private static Path log(Path config) {
    return Path.of(config.toString().replace(".yaml", ".log"));
  }

  /** Doesn't wait until it is ready. */
  synchronized void start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder = TestTransport.of(new ProcessBuilder(java));
    builder.command().addAll(JVM);
    builder.command().addAll(program);
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    frozen = false;
  }

  void startAndAwaitReady() throws IOException {
    start();
    awaitReady();
  }

  void awaitReady() {
    await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .failFast("the jar ended at once, see " + log, () -> !alive())
        .until(() -> status("/readyz") == 200);
  }

  /** The status of a GET, or 0 without an answer. */
  int status(String path) {
    try {
      return get(path).statusCode();
    } catch (IOException gone) {
      return 0;
    }
  }

  HttpResponse<String> get(String path) throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(2)).build(),
          BodyHandlers.ofString());
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  int port() {
    return port;
  }

  JsonClient client() {
    return new JsonClient(url());
  }

  /** The rows of the queue whose clients are connected to this replica. */
  List<JsonNode> ownQueue() {
    List<JsonNode> own = new ArrayList<>();
    for (JsonNode replica : client().get("/api/overview").body().path("replicas")) {
      if (replica.path("self").asBoolean()) {
        for (JsonNode row : client().get("/api/queue").body().path("items")) {
          if (row.path("replica").equals(replica.path("name"))) {
            own.add(row);
          }
        }
      }
    }
    return own;
  }

  synchronized boolean alive() {
    return process != null && process.isAlive();
  }

  /** Neither dead nor frozen. */
  synchronized boolean serves() {
    return alive() && !frozen;
  }

  /** As the machine's memory killer does it. */
  synchronized void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** As an operator or a rolling update does it; waits for the end. */
  void terminate(Duration most) throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroy();
      if (!running.waitFor(most.toSeconds(), SECONDS)) {
        throw new AssertionError("still there " + most + " after SIGTERM, see " + log);
      }
    }
  }

  synchronized void freeze() throws IOException, InterruptedException {
    frozen = true;
    signal("-STOP");
  }

  synchronized void thaw() throws IOException, InterruptedException {
    signal("-CONT");
    frozen = false;
  }

  private void signal(String name) throws IOException, InterruptedException {
    if (process != null && process.isAlive()) {
      new ProcessBuilder("kill", name, String.valueOf(process.pid())).start().waitFor();
    }
  }

  /** Returns the log of all its runs. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** Below the ports that systems give to outgoing connections, so that a restart finds it free. */
}
