package io.gridfleet.lb.parts;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** An Appium server of one test's own, which the test freezes and kills. */
final class DoomedAppium implements AutoCloseable {
  /** More than a probe's GET has, less than any POST of a new session. */
  private static final int BYTES_OF_A_CREATE = 400;

  private final Process process;
  private final int port;

  private DoomedAppium(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static DoomedAppium start() throws IOException {
    Path home = RealPart.NODE_CLIENTS.path();
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                "node",
                home.resolve("node_modules/appium/index.js").toString(),
                "server",
                "--address",
                "127.0.0.1",
                "--port",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"));
    builder.environment().put("APPIUM_HOME", home.toString());
    DoomedAppium server = new DoomedAppium(builder.start(), port);
    HttpRequest status = HttpRequest.newBuilder(server.address().resolve("/status")).build();
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () ->
                HttpClient.newHttpClient().send(status, BodyHandlers.ofString()).statusCode()
                    == 200);
    return server;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Suspends the process: the kernel still accepts connections, which get no answer. */
  void freeze() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
  }

  /** Waits until a request as long as a new session's is unread in one of its sockets. */
  void awaitCreateOnTheWire() {
    await().atMost(Duration.ofSeconds(30)).until(this::holdsUnreadCreate);
  }

  private boolean holdsUnreadCreate() throws IOException {
    String local = ":%04X".formatted(port);
    return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
        .map(line -> line.trim().split("\\s+", 6))
        .filter(columns -> columns.length > 4 && columns[1].endsWith(local))
        .mapToInt(
            columns -> Integer.parseInt(columns[4].substring(columns[4].indexOf(':') + 1), 16))
        .anyMatch(unread -> unread >= BYTES_OF_A_CREATE);
  }

  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
