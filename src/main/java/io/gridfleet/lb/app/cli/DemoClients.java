package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.webdriver.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of {@code --demo}: some sessions a minute with the names of tests, now and then two
 * that want the same device, a device that fails, and a run. They leave the devices alone that the
 * banner's commands ask for, so that those never wait. Everything is planned on one daemon thread
 * that doesn't block; a request that fails is not repeated.
 */
final class DemoClients implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DemoClients.class);

  /** Six or seven a minute. */
  static final Duration BETWEEN = Duration.ofSeconds(9);

  private static final Duration COMMAND_PAUSE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Each of so many clients: another one for the same device, a failure, a run. */
  private static final int PAIR = 3;

  private static final int FAILURE = 4;
  private static final int RUN = 6;

  private static final Pattern SESSION = Pattern.compile("\"sessionId\":\"([^\"]+)\"");
  private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");

  /** What a client does. */
  private record Test(String name, String selector, int seconds) {}

  private static final List<Test> TESTS =
      List.of(
          new Test("checkout: pays with a card", "model:\"Galaxy S22\"", 14),
          new Test("search: finds by brand", "browserName:chrome", 9),
          new Test("player: resumes a film", "device_type:roku", 16),
          new Test("login: refuses a wrong password", "device_type:ios os_version:>=16", 11),
          new Test("checkout: keeps the basket", "browserName:firefox", 8),
          new Test("player: subtitles in German", "device_type:firetv", 13),
          new Test("search: shows no results", "model:\"Moto X\"", 10));

  private final String url;
  private final Map<String, SimulatedNode> nodes;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(DemoClients::thread);
  private @Nullable HttpClient http;
  private int number;

  private DemoClients(String url, Map<String, SimulatedNode> nodes) {
    this.url = url;
    this.nodes = nodes;
  }

  /**
   * Starts the clients.
   *
   * @param url where the server listens
   * @param nodes the demo's, by id; none: no clients
   * @param between the pause between clients
   */
  static DemoClients start(String url, Map<String, SimulatedNode> nodes, Duration between) {
    DemoClients clients = new DemoClients(url, nodes);
    if (!nodes.isEmpty()) {
      Timers.every(clients.timer, Duration.ZERO, between, "a client of the demo", clients::next);
    }
    return clients;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "demo-clients");
    thread.setDaemon(true);
    return thread;
  }

  private void next() {
    Test test = TESTS.get(number % TESTS.size());
    number++;
    SimulatedNode failing = nodes.get("mac-mini-1");
    if (number % FAILURE == 0 && failing != null) {
      failing
          .faults()
          .nextOn(
              "00008030-002E",
              1,
              NodeOperation.NEW_SESSION,
              Fault.sessionNotCreated("xcodebuild failed with code 65"));
    }
    client(test, "");
    if (number % PAIR == 0) {
      client(new Test(test.name() + ", again", test.selector(), test.seconds()), "");
    }
    if (number % RUN == 2) {
      run();
    }
  }

  /** One session from its request to its end. */
  private void client(Test test, String base) {
    Map<String, Object> capabilities = new LinkedHashMap<>();
    capabilities.put("gridfleet:selector", test.selector());
    capabilities.put("gridfleet:testName", test.name());
    capabilities.put("gridfleet:waitForDeviceOnlineTimeout", PATIENCE.toSeconds());
    String body = Json.text(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
    end(
        send("POST", base + "/session", body)
            .thenApply(answer -> found(SESSION, answer))
            .thenCompose(session -> commands(session, test.seconds())));
  }

  /** A refused or failed request ends its client. */
  private static void end(CompletionStage<?> client) {
    Failures.log(
        client.exceptionally(
            failure -> {
              log.debug("a client of the demo ends early: {}", failure.toString());
              return null;
            }),
        "a client of the demo");
  }

  private CompletableFuture<?> commands(String session, int left) {
    String path = "/session/" + session;
    if (left == 0) {
      return send("DELETE", path, null);
    }
    return send("GET", path + (left % 4 == 0 ? "/source" : "/url"), null)
        .thenComposeAsync(
            answer -> commands(session, left - 1),
            CompletableFuture.delayedExecutor(
                COMMAND_PAUSE.toMillis(), TimeUnit.MILLISECONDS, timer));
  }

  /** A run that reserves one iPhone, has a test on it, and is completed. */
  private void run() {
    String body =
        "{\"name\":\"nightly "
            + number
            + "\",\"requirements\":[{\"count\":1,\"pack_id\":\"appium-xcuitest\","
            + "\"platform_id\":\"ios\"}]}";
    end(
        send("POST", "/api/runs", body)
            .thenApply(answer -> found(ID, answer))
            .thenCompose(
                run -> send("POST", "/api/runs/" + run + "/active", "").thenApply(x -> run))
            .thenCompose(this::testOf));
  }

  private CompletableFuture<?> testOf(String run) {
    Test test = new Test("profile: changes the picture", "device_type:ios", 12);
    client(test, "/run/" + run);
    return later(
        Duration.ofSeconds(25), done -> send("POST", "/api/runs/" + run + "/complete", ""));
  }

  private CompletableFuture<String> later(
      Duration delay, Function<Object, CompletableFuture<String>> step) {
    return CompletableFuture.completedFuture((Object) "")
        .thenComposeAsync(
            step,
            CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, timer));
  }

  private static String found(Pattern pattern, String answer) {
    Matcher matcher = pattern.matcher(answer);
    if (!matcher.find()) {
      throw new IllegalStateException("the request was refused");
    }
    return matcher.group(1);
  }

  private CompletableFuture<String> send(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .header("User-Agent", "gridfleet-demo/1.0 (java)")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return http().sendAsync(request.build(), BodyHandlers.ofString()).thenApply(HttpResponse::body);
  }

  /** Loaded with the first request, after the server is ready. */
  private synchronized HttpClient http() {
    if (http == null) {
      http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }
    return http;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
