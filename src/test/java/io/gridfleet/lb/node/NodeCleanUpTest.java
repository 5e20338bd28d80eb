package io.gridfleet.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NodeCleanUpTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final NodeCleanUp cleanUp =
      new NodeCleanUp(
          NodeTrust.ofJava(),
          timer,
          List.of(Duration.ofMillis(20), Duration.ofMillis(20)),
          Duration.ofSeconds(20));
  private final SimulatedNode node =
      SimulatedNode.start(SimulatedNodeConfig.appium().withBasePath("/wd/hub").withSessionList());
  private final JsonClient client = new JsonClient(node.url());

  @AfterEach
  void close() {
    cleanUp.close();
    timer.shutdownNow();
    node.close();
  }

  @Test
  void aSessionIsDeletedEvenWhenTheNodeFailsTwice() {
    SessionId id = create(Map.of());
    node.faults().next(1, NodeOperation.END_SESSION, new Fault.Gateway(502));
    node.faults().next(1, NodeOperation.END_SESSION, new Fault.DropAfterRequest());

    assertThat(get(cleanUp.delete(node.url(), id))).isTrue();
    assertThat(node.liveSessions()).isEmpty();
    assertThat(get(cleanUp.delete(node.url(), id))).as("gone already").isTrue();
  }

  @Test
  void anIdThatNoClientCouldUseIsEscaped() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      URI odd = URI.create("http://127.0.0.1:" + server.getAddress().getPort());

      assertThat(get(cleanUp.deleteUnusable(odd, "a/b c?é"))).isTrue();
      assertThat(get(cleanUp.deleteUnusable(odd, ".."))).isFalse();
      assertThat(get(cleanUp.deleteUnusable(odd, "x".repeat(2_000)))).isFalse();

      assertThat(asked).containsExactly("DELETE /session/a%2Fb%20c%3F%C3%A9");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aNodeThatStaysSilentIsGivenUpAfterThreeTries() {
    SessionId id = create(Map.of());
    node.faults().standing(NodeOperation.END_SESSION, new Fault.Gateway(503));

    assertThat(get(cleanUp.delete(node.url(), id))).isFalse();
    assertThat(node.history().count(Kind.FAULT)).isEqualTo(3);
  }

  @Test
  void whatAnAttemptLeftIsFoundByItsKeyAndDeleted() {
    create(Map.of("X-Idempotency-Key", "attempt-1"));

    assertThat(get(cleanUp.deleteLeftOver(node.url(), "attempt-2")))
        .isEqualTo(LeftoverSession.NONE);
    assertThat(node.liveSessions()).hasSize(1);
    assertThat(get(cleanUp.deleteLeftOver(node.url(), "attempt-1")))
        .isEqualTo(LeftoverSession.NONE);
    assertThat(node.liveSessions()).isEmpty();
    assertThat(node.history().count(Kind.CREATED)).isEqualTo(1);
  }

  @Test
  void appiumKeepsKeysAlsoWhereItMayNotListItsSessions() {
    try (SimulatedNode silent = SimulatedNode.start(SimulatedNodeConfig.appium())) {
      assertThat(get(cleanUp.deleteLeftOver(silent.url(), "a"))).isEqualTo(LeftoverSession.NONE);
    }
  }

  @Test
  void aBrowserDriverStoresNoKeys() {
    try (SimulatedNode driver = SimulatedNode.start(SimulatedNodeConfig.chromedriver())) {
      JsonClient browser = new JsonClient(driver.url());
      browser.newSession("", Map.of("X-Idempotency-Key", "attempt-1")).join();

      assertThat(get(cleanUp.deleteLeftOver(driver.url(), "attempt-1")))
          .isEqualTo(LeftoverSession.UNDETERMINED);
      assertThat(driver.liveSessions()).hasSize(1);
    }
  }

  @Test
  void aNodeThatIsAwayIsNotAskedInVain() {
    URI away = node.url();
    node.close();

    assertThat(get(cleanUp.deleteLeftOver(away, "a"))).isEqualTo(LeftoverSession.UNREACHABLE);
  }

  @Test
  void aCreationThatStillRunsIsJoinedAndItsSessionDeleted() {
    node.faults().next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(200)));
    CompletableFuture<JsonClient.Reply> running =
        client.newSession("", Map.of("X-Idempotency-Key", "attempt-1"));
    await().until(() -> node.history().count(Kind.FAULT) == 1);

    get(cleanUp.deleteLeftOver(node.url(), "attempt-1"));
    assertThat(running.join().status()).isEqualTo(200);
    assertThat(node.liveSessions()).isEmpty();
    assertThat(node.history().count(Kind.DELETED)).isEqualTo(1);
  }

  /**
   * Appium 3.8 handles a query that joined a creation as a request of its own when the connection
   * of the creation closes, and doesn't answer further ones while it continues to create.
   */
  @Test
  void anErrorInPlaceOfARunningCreationIsNoAnswer() throws IOException {
    AtomicInteger questions = new AtomicInteger();
    HttpServer appium =
        appium(
            exchange -> {
              if (questions.incrementAndGet() == 1) {
                answer(exchange, 400, "{'value':{'error':'invalid argument','message':'empty'}}");
              }
            });
    try (NodeCleanUp impatient =
        new NodeCleanUp(NodeTrust.ofJava(), timer, List.of(), Duration.ofMillis(300))) {
      assertThat(get(impatient.deleteLeftOver(url(appium), "attempt-1")))
          .isEqualTo(LeftoverSession.UNANSWERED);
      assertThat(questions).hasValue(2);
    } finally {
      appium.stop(0);
    }
  }

  /** As an Appium server whose creation lost its connection does until it is restarted. */
  @Test
  void aServerThatAnswersButNotUnderTheKeyIsToldApartFromOneThatIsAway() throws IOException {
    HttpServer appium = appium(exchange -> {});
    try (NodeCleanUp impatient =
        new NodeCleanUp(NodeTrust.ofJava(), timer, List.of(), Duration.ofMillis(300))) {
      assertThat(get(impatient.deleteLeftOver(url(appium), "attempt-1")))
          .isEqualTo(LeftoverSession.UNANSWERED);
    } finally {
      appium.stop(0);
    }
  }

  @Test
  void aSessionThatOnlyTheSecondQuestionFindsIsDeleted() throws IOException {
    AtomicInteger questions = new AtomicInteger();
    List<String> deleted = new CopyOnWriteArrayList<>();
    HttpServer appium =
        appium(
            exchange -> {
              if (exchange.getRequestMethod().equals("DELETE")) {
                deleted.add(exchange.getRequestURI().getPath());
                answer(exchange, 200, "{'value':null}");
              } else if (questions.incrementAndGet() == 1) {
                answer(exchange, 500, "{'value':{'error':'unknown error','message':'odd'}}");
              } else {
                answer(exchange, 200, "{'value':{'sessionId':'late','capabilities':{}}}");
              }
            });
    try {
      assertThat(get(cleanUp.deleteLeftOver(url(appium), "attempt-1")))
          .isEqualTo(LeftoverSession.NONE);
      assertThat(deleted).containsExactly("/session/late");
    } finally {
      appium.stop(0);
    }
  }

  /** Appium answers nothing more on a connection on which it has replayed an answer. */
  @Test
  void eachQuestionHasAConnectionOfItsOwn() throws IOException {
    Set<InetSocketAddress> peers = ConcurrentHashMap.newKeySet();
    AtomicInteger questions = new AtomicInteger();
    HttpServer appium =
        appium(
            exchange -> {
              questions.incrementAndGet();
              peers.add(exchange.getRemoteAddress());
              answer(exchange, 500, "{'value':{'error':'session not created','message':'no'}}");
            });
    try {
      get(cleanUp.deleteLeftOver(url(appium), "attempt-1"));
      get(cleanUp.deleteLeftOver(url(appium), "attempt-1"));
      assertThat(peers).hasSize(questions.get());
    } finally {
      appium.stop(0);
    }
  }

  /**
   * A server that answers the list of sessions like Appium; the handler answers everything else.
   */
  private static HttpServer appium(HttpHandler sessions) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/appium/sessions",
        exchange ->
            answer(
                exchange,
                500,
                "{'value':{'error':'unknown error','message':'session_discovery'}}"));
    server.createContext("/session", sessions);
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static URI url(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Test
  void sessionsAreListedWhereTheNodeAllowsIt() {
    SessionId id = create(Map.of());
    assertThat(get(cleanUp.sessions(node.url()))).contains(Set.of(id));
    try (SimulatedNode driver = SimulatedNode.start(SimulatedNodeConfig.chromedriver());
        SimulatedNode silent = SimulatedNode.start(SimulatedNodeConfig.appium())) {
      assertThat(get(cleanUp.sessions(driver.url()))).contains(Set.of());
      assertThat(get(cleanUp.sessions(silent.url()))).isEqualTo(Optional.empty());
    }
  }

  @Test
  void anAnswerThatIsNoListYieldsNoSessions() throws IOException {
    HttpServer anything = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    anything.createContext(
        "/",
        exchange -> {
          byte[] body = "{\"value\":null}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    anything.start();
    try {
      URI url = URI.create("http://127.0.0.1:" + anything.getAddress().getPort());
      assertThat(get(cleanUp.sessions(url))).isEqualTo(Optional.empty());
    } finally {
      anything.stop(0);
    }
  }

  private SessionId create(Map<String, String> headers) {
    return new SessionId(client.newSession("'platformName':'Fake'", headers).join().sessionId());
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
