package io.gridfleet.lb.parts;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.cluster.SharedClasses;
import io.gridfleet.lb.lab.Ports;
import io.gridfleet.lb.lab.TestTransport;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The built jar as a running process on a free port of loopback; closing it is a SIGTERM. */
final class FrontDoorProcess implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A cold start on two busy cores; the jar itself aims at 1.5 s. */
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final URI address;

  private FrontDoorProcess(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /** Starts the jar with this configuration, in a JVM that starts quickly. */
  static FrontDoorProcess over(String config) throws IOException {
    return over(
        config, List.of(SharedClasses.flag(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
  }

  /** Starts the jar with this configuration and flags for the JVM. */
  static FrontDoorProcess over(String config, List<String> jvm) throws IOException {
    Path file = Files.createTempFile("gridfleet-lab", ".yaml");
    Files.writeString(file, config);
    return start(jvm, List.of("--config", file.toString()));
  }

  /** Starts the jar with flags for the JVM and for itself; {@code --listen} is added. */
  static FrontDoorProcess start(List<String> jvm, List<String> flags) throws IOException {
    int port = Ports.free();
    Path log =
        Files.createTempFile(Files.createDirectories(Path.of("target/parts")), "jar", ".log");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(jvm);
    line.addAll(List.of("-jar", System.getProperty("gridfleet.jar", "target/gridfleet-lb.jar")));
    line.addAll(flags);
    line.addAll(List.of("--listen", "127.0.0.1:" + port));
    Process process =
        TestTransport.of(new ProcessBuilder(line))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    FrontDoorProcess door = new FrontDoorProcess(process, URI.create("http://127.0.0.1:" + port));
    door.awaitReady(log);
    return door;
  }

  URI address() {
    return address;
  }

  URL url() throws IOException {
    return address.toURL();
  }

  long pid() {
    return process.pid();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(10)).build(),
        BodyHandlers.ofString());
  }

  HttpResponse<String> delete(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(address.resolve(path))
            .DELETE()
            .timeout(Duration.ofSeconds(30))
            .build(),
        BodyHandlers.ofString());
  }

  private void awaitReady(Path log) {
    try {
      await()
          .atMost(START)
          .pollInterval(Duration.ofMillis(100))
          .failFast("the jar ended at once, see " + log, () -> !process.isAlive())
          .ignoreExceptions()
          .until(() -> get("/readyz").statusCode() == 200);
    } catch (RuntimeException notReady) {
      close();
      throw notReady;
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
