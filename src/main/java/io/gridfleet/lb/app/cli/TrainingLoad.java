package io.gridfleet.lb.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of requests to a server with the simulated lab: sessions with commands, a
 * WebSocket, refused requests, pages, lists, metrics, the stream of events. {@code
 * docker/share-classes} runs it as a program of its own, so that the archive or the cache which the
 * server's JVM writes has the classes, and on Java 25 the profiles, of a server in use. It ends
 * every session that it creates, and fails at the first answer that has another status than
 * expected. Each request is made by the thread that runs a client.
 */
final class TrainingLoad {
  private static final int CLIENTS = 4;
  private static final int SESSIONS = 12;
  private static final int COMMANDS = 40;

  /** The build of an image may share its machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration START = Duration.ofMinutes(1);
  private static final long BETWEEN_TRIES_MS = 50;

  private static final Pattern SESSION = Pattern.compile("\"sessionId\":\"([^\"]+)\"");
  private static final Pattern SOCKET = Pattern.compile("\"webSocketUrl\":\"([^\"]+)\"");
  private static final Pattern ASSET = Pattern.compile("(?:href|src)=\"(/ui/[^\"]+)\"");
  private static final List<String> READ =
      List.of(
          "/",
          "/status",
          "/metrics",
          "/docs",
          "/api/devices",
          "/api/sessions",
          "/api/requests",
          "/api/runs",
          "/api/queue");

  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final String url;

  TrainingLoad(String url) {
    this.url = url;
  }

  /** Makes the requests to the server whose URL is the only argument. */
  public static void main(String[] args) throws Exception {
    TrainingLoad load = new TrainingLoad(args[0]);
    load.awaitReady(START);
    load.run();
  }

  /** A server that listens may still be probing its nodes. */
  private void awaitReady(Duration patience) throws Exception {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!ready()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(url + " is not ready after " + patience.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MS);
    }
  }

  private boolean ready() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/readyz")).timeout(PATIENCE).build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == OK;
    } catch (IOException notYet) {
      return false;
    }
  }

  void run() throws Exception {
    read();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      Callable<@Nullable Void> client =
          () -> {
            sessions();
            return null;
          };
      for (Future<?> one : clients.invokeAll(Collections.nCopies(CLIENTS, client))) {
        one.get();
      }
    } finally {
      clients.shutdownNow();
    }
    socket();
    refused();
    events();
    read();
  }

  private void read() throws IOException, InterruptedException {
    for (String path : READ) {
      send("GET", path, null, OK);
    }
    Matcher assets = ASSET.matcher(send("GET", "/ui", null, OK));
    while (assets.find()) {
      send("GET", assets.group(1), null, OK);
    }
  }

  private void sessions() throws IOException, InterruptedException {
    for (int session = 0; session < SESSIONS; session++) {
      String path = "/session/" + found(SESSION, create("\"platformName\":\"Android\""));
      for (int command = 0; command < COMMANDS; command += 4) {
        send("POST", path + "/url", "{\"url\":\"http://127.0.0.1/\"}", OK);
        send("GET", path + "/url", null, OK);
        send("GET", path + "/source", null, OK);
        send("POST", path + "/element", "{\"using\":\"css selector\",\"value\":\"a\"}", OK);
      }
      send("DELETE", path, null, OK);
    }
  }

  /** Commands and answers over the WebSocket of a session. */
  private void socket() throws Exception {
    String answer = create("\"browserName\":\"chrome\",\"webSocketUrl\":true");
    Texts texts = new Texts();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(found(SOCKET, answer)), texts)
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (int id = 1; id <= COMMANDS; id++) {
      String command = "{\"id\":" + id + ",\"method\":\"session.status\",\"params\":{}}";
      socket.sendText(command, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      texts.await();
    }
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    send("DELETE", "/session/" + found(SESSION, answer), null, OK);
  }

  private void refused() throws IOException, InterruptedException {
    for (int time = 0; time < COMMANDS; time++) {
      send("POST", "/session", "{\"capabilities\":", BAD_REQUEST);
      send("GET", "/session/00000000-0000-0000-0000-000000000000/url", null, NOT_FOUND);
    }
  }

  /** The head of the stream: it has no end. */
  private void events() throws IOException, InterruptedException {
    HttpResponse<InputStream> stream =
        http.send(request("GET", "/api/events", null), BodyHandlers.ofInputStream());
    stream.body().close();
    expect(OK, stream, "GET /api/events");
  }

  private String create(String capabilities) throws IOException, InterruptedException {
    String body = "{\"capabilities\":{\"alwaysMatch\":{" + capabilities + "}}}";
    return send("POST", "/session", body, OK);
  }

  private String send(String method, String path, @Nullable String body, int status)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request(method, path, body), BodyHandlers.ofString());
    expect(status, answer, method + " " + path + ": " + answer.body());
    return answer.body();
  }

  private HttpRequest request(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return request.build();
  }

  private static void expect(int status, HttpResponse<?> answer, String what) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          answer.statusCode() + " instead of " + status + " for " + what);
    }
  }

  private static String found(Pattern pattern, String answer) {
    Matcher matcher = pattern.matcher(answer);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in " + answer);
    }
    return matcher.group(1);
  }

  /** The texts that arrived; those here come in one piece. */
  private static final class Texts implements WebSocket.Listener {
    private final BlockingQueue<CharSequence> arrived = new LinkedBlockingQueue<>();

    void await() throws InterruptedException, TimeoutException {
      if (arrived.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS) == null) {
        throw new TimeoutException("no answer over the WebSocket");
      }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      arrived.add(text);
      socket.request(1);
      return null;
    }
  }
}
