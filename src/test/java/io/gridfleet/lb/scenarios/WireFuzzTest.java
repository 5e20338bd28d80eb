package io.gridfleet.lb.scenarios;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.LiveSession;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/**
 * Valid requests and answers, mutated and split at random: the server answers no internal error,
 * logs no error, leaks nothing, and serves the next request. The seed is printed; {@code
 * -Dgridfleet.fuzz.seconds=600} runs for longer, {@code -Dgridfleet.fuzz.seed=42} repeats the
 * inputs.
 */
@ExtendWith(LeakCheck.class)
final class WireFuzzTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("gridfleet.fuzz.seconds", 4));

  private static final int CLIENTS = 4;

  /** A client that was sent no answer in this time goes on with the next request. */
  private static final int PATIENCE_MILLIS = 150;

  private static final String PHONE = "\"platformName\":\"Android\"";

  private static final List<String> PIECES =
      List.of(
          "\r\n",
          "\n",
          "\r",
          "\0",
          " ",
          "\t",
          "\u000b",
          ":",
          "%00",
          "%2e%2e/",
          "//",
          "#",
          "\u00ff\u00fe",
          "\u001b[31m",
          "Transfer-Encoding: chunked\r\n",
          "Transfer-Encoding: identity\r\n",
          "Content-Length: 0\r\n",
          "Content-Length: 99999999999999999999\r\n",
          "Content-Length: -1\r\n",
          "Host: a\r\n",
          "Connection: close\r\n",
          "Connection: upgrade\r\nUpgrade: websocket\r\n",
          "Expect: 100-continue\r\n",
          "Authorization: Basic !!!\r\n",
          "X-Idempotency-Key: one\r\n",
          "X-Forwarded-Host: \"\r\n",
          "Forwarded: for=;;host\r\n",
          "HTTP/1.0",
          "HTTP/3.0",
          "0\r\n\r\n",
          "ffffffffffffffff\r\n",
          "{",
          "}",
          "[",
          "\"",
          "null",
          "1e999",
          "\\ud800",
          "\"gridfleet:selector\":\"(((\",",
          "\"gridfleet:selector\":{\"$any\":[{}]},",
          "\"gridfleet:priority\":1e9,",
          "\"gridfleet:newSessionRequestProgress\":\"inline\",",
          "\"udid\":\"*\",",
          "a".repeat(5000));

  @RegisterExtension final Lab lab = new Lab();

  private final long seed = Long.getLong("gridfleet.fuzz.seed", System.nanoTime());
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final List<String> mistakes = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void listenToTheLog() {
    System.out.println("fuzz seed: " + seed);
    log.start();
    root().addAppender(log);
  }

  @AfterEach
  void nothingWasLoggedAsAnError() {
    root().detachAppender(log);
    threads.shutdownNow();
    assertThat(List.copyOf(log.list))
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
        .extracting(event -> event.getFormattedMessage() + " " + event.getThrowableProxy())
        .as("errors in the log")
        .isEmpty();
    assertThat(List.copyOf(mistakes)).as("answers that are a mistake of the server's").isEmpty();
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private synchronized void mistake(String answer) {
    mistakes.add(answer.substring(0, Math.min(600, answer.length())));
  }

  @Test
  void clientsThatSendAnything() throws Exception {
    lab.start(SimulatedFleet.of(2, 2), Map.of());
    String live = lab.session("");
    List<String> valid = valid(live);

    untilTheEnd(
        random -> {
          client(random, valid);
          endSessionsBut(live);
        });

    endSessionsBut("");
    assertThat(lab.session("")).as("the next request is served").isNotEmpty();
  }

  @Test
  void nodesThatAnswerAnything() throws Exception {
    try (ServerSocket node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Future<?> serving = threads.submit(() -> serve(node));
      lab.start(
          SimulatedFleet.of(1, 1),
          Map.of(
              "nodes",
              List.of(
                  Map.of(
                      "id",
                      "anything",
                      "url",
                      "http://127.0.0.1:" + node.getLocalPort(),
                      "devices",
                      List.of(Map.of("udid", "one", "platformName", "Android", "slots", 8))))));
      List<String> asked =
          List.of(
              request("POST", "/session", "{\"capabilities\":{\"alwaysMatch\":{" + PHONE + "}}}"),
              request("GET", "/session/fuzzed/url", ""),
              request("HEAD", "/session/fuzzed/url", ""),
              request("DELETE", "/session/fuzzed", ""));

      untilTheEnd(random -> send(random, asked.get(random.nextInt(asked.size()))));
      serving.cancel(true);
    }
    assertThat(lab.ask("GET", "/healthz", "").answered().status()).isEqualTo(200);
    // Its devices stay locked for as long as such a node may still have a session.
    lab.stop(Duration.ZERO);
  }

  private interface Step {
    void run(Random random) throws IOException;
  }

  private void untilTheEnd(Step step) throws Exception {
    long end = System.nanoTime() + LENGTH.toNanos();
    List<Future<?>> clients = new ArrayList<>();
    for (int number = 0; number < CLIENTS; number++) {
      Random random = new Random(seed + number);
      clients.add(
          threads.submit(
              () -> {
                while (System.nanoTime() < end) {
                  step.run(random);
                }
                return null;
              }));
    }
    for (Future<?> client : clients) {
      client.get();
    }
  }

  private static String request(String method, String path, String body) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static List<String> valid(String live) {
    String wait = "\"gridfleet:waitForDeviceOnlineTimeout\":0";
    String body = "{\"capabilities\":{\"alwaysMatch\":{" + PHONE + "," + wait + "}}}";
    return List.of(
        request("POST", "/session", body),
        request("POST", "/wd/hub/session", body),
        request(
            "POST",
            "/session",
            "{\"capabilities\":{\"alwaysMatch\":{"
                + wait
                + "},\"firstMatch\":[{\"gridfleet:selector\":\"a:b c:*d*,e:>=1\"},{"
                + PHONE
                + "}]}}"),
        request(
            "POST", "/session", "{\"desiredCapabilities\":{" + PHONE + ",\"udid\":\"phone-1\"}}"),
        request("GET", "/session/" + live + "/url", ""),
        request("POST", "/session/" + live + "/url", "{\"url\":\"about:blank\"}"),
        request("HEAD", "/session/" + live + "/title", ""),
        request("GET", "/session/none/title", ""),
        request("GET", "/status", ""),
        request("GET", "/api/devices", ""),
        request("GET", "/api/devices?state=available&limit=1", ""),
        request("GET", "/api/sessions?limit=2", ""),
        request("GET", "/api/selector/explain?selector=model:a", ""),
        request("POST", "/api/runs", "{\"name\":\"fuzz\",\"requirements\":[]}"),
        request("GET", "/api/queue", ""),
        request("GET", "/metrics", ""),
        "GET /session/"
            + live
            + "/se/bidi HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "POST /session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(body.length())
            + "\r\n"
            + body
            + "\r\n0\r\n\r\n");
  }

  private void client(Random random, List<String> valid) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int requests = 1 + random.nextInt(2); requests > 0; requests--) {
      text.append(mutated(random, valid.get(random.nextInt(valid.size()))));
    }
    send(random, text.toString());
  }

  /** So that the next requests find devices. */
  private synchronized void endSessionsBut(String kept) throws IOException {
    for (LiveSession each : lab.fleet().liveSessions()) {
      if (!each.id().equals(kept)) {
        lab.delete(each.id());
      }
    }
  }

  private static String mutated(Random random, String valid) {
    StringBuilder text = new StringBuilder(valid);
    for (int times = random.nextInt(4); times > 0 && !text.isEmpty(); times--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(5)) {
        case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 1 -> text.setCharAt(at, (char) random.nextInt(256));
        case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
        case 3 ->
            text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(40))));
        default -> text.setLength(at);
      }
    }
    return text.toString();
  }

  /** Sends in pieces, reads briefly, then closes in one of three ways. */
  private void send(Random random, String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), lab.port())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      byte[] bytes = text.getBytes(ISO_8859_1);
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
        socket.getOutputStream().write(bytes, at, length);
        at += length;
      }
      if (random.nextInt(4) == 0) {
        socket.shutdownOutput();
      }
      look(socket.getInputStream(), text);
      if (random.nextInt(4) == 0) {
        socket.setSoLinger(true, 0);
      }
    } catch (IOException closedByTheServer) {
      // A server may close a connection whose bytes it can't read.
    }
  }

  private void look(InputStream in, String asked) throws IOException {
    byte[] bytes = new byte[65_536];
    try {
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        String text = new String(bytes, 0, read, ISO_8859_1);
        if (text.contains("Something is wrong")) {
          mistake(text + "\nasked: " + asked);
        }
      }
    } catch (SocketTimeoutException noMore) {
      // All of the answer that comes in time was read.
    }
  }

  /** A node that answers every request with a mutated answer, on as many connections as come. */
  private void serve(ServerSocket node) {
    Random random = new Random(seed - 1);
    while (!node.isClosed()) {
      try {
        Socket accepted = node.accept();
        long each = random.nextLong();
        threads.submit(() -> answer(accepted, new Random(each)));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void answer(Socket accepted, Random random) {
    List<String> valid =
        List.of(
            answer(200, "{\"value\":{\"sessionId\":\"fuzzed\",\"capabilities\":{}}}"),
            answer(200, "{\"value\":null}"),
            answer(200, "{\"value\":{\"ready\":true}}"),
            answer(404, "{\"value\":{\"error\":\"invalid session id\",\"message\":\"\"}}"),
            answer(500, "{\"value\":{\"error\":\"session not created\",\"message\":\"x\"}}"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n");
    try (Socket socket = accepted) {
      socket.setSoTimeout(2000);
      byte[] bytes = new byte[65_536];
      while (socket.getInputStream().read(bytes) > 0) {
        String text = valid.get(random.nextInt(valid.size()));
        String said = random.nextBoolean() ? text : mutated(random, text);
        socket.getOutputStream().write(said.getBytes(ISO_8859_1));
      }
    } catch (IOException closed) {
      // the other side has closed
    }
  }

  private static String answer(int status, String body) {
    return "HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }
}
