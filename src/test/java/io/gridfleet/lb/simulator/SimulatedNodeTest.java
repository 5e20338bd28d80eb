package io.gridfleet.lb.simulator;

import static io.gridfleet.lb.simulator.NodeOperation.COMMAND;
import static io.gridfleet.lb.simulator.NodeOperation.NEW_SESSION;
import static io.gridfleet.lb.simulator.NodeOperation.STATUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class SimulatedNodeTest {
  private static final String PHONE = "'platformName':'iOS','appium:udid':'phone'";

  private SimulatedNode node =
      SimulatedNode.start(SimulatedNodeConfig.appium().withDevice("phone").withDevice("tv"));
  private JsonClient client = new JsonClient(node.url());

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void aSessionExistsFromItsCreationToItsDelete() {
    Reply created = client.newSession(PHONE).join();
    String session = "/session/" + created.sessionId();

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.value().path("capabilities").path("udid").asText()).isEqualTo("phone");
    client.post(session + "/url", "{\"url\":\"http://example.test/\"}");
    assertThat(client.get(session + "/url").value().asText()).isEqualTo("http://example.test/");
    assertThat(client.get(session + "/screenshot").value().asText()).startsWith("iVBORw0KGgo");
    assertThat(client.get(session + "/nothing").error()).isEqualTo("unknown command");
    assertThat(client.delete(session).status()).isEqualTo(200);
    assertThat(client.get(session + "/url").error()).isEqualTo("invalid session id");
    assertThat(node.liveSessions()).isEmpty();
    assertThat(node.history().commands(created.sessionId()))
        .containsExactly("POST url", "GET url", "GET screenshot", "GET nothing");
    assertThat(node.history().count(Kind.DELETED)).isEqualTo(1);
  }

  @Test
  void aDeviceTakesOneSessionAtATime() {
    String first = client.newSession(PHONE).join().sessionId();

    assertThat(client.newSession(PHONE).join().value().path("message").asText()).contains("busy");
    assertThat(client.newSession("'appium:udid':'tv'").join().status()).isEqualTo(200);
    assertThat(client.newSession("'appium:udid':'lost'").join().status()).isEqualTo(500);
    client.delete("/session/" + first);
    assertThat(client.newSession(PHONE).join().status()).isEqualTo(200);
    assertThat(node.history().mostLiveAtOnce("phone")).isEqualTo(1);
    assertThat(node.history().count(Kind.CLASHED)).isEqualTo(1);
  }

  @Test
  void aKnownIdempotencyKeyReplaysEvenForAnEmptyBody() {
    Map<String, String> key = Map.of("X-Idempotency-Key", "attempt-1");
    Map<String, String> other = Map.of("X-Idempotency-Key", "attempt-2");
    node.faults().next(1, NEW_SESSION, new Fault.DropAfterWork());

    assertThatThrownBy(() -> client.newSession(PHONE, key).join()).isNotNull();
    Reply asked = client.send("POST", "/session", "{}", key).join();

    assertThat(asked.sessionId()).isEqualTo(node.liveSessions().get(0).id());
    assertThat(client.send("POST", "/session", "{}", other).join().status()).isEqualTo(400);
    assertThat(node.history().count(Kind.CREATED)).isEqualTo(1);
  }

  @Test
  void faultsOfADeviceComeFirstAndOneShotsEnd() {
    node.faults().standing(STATUS, new Fault.Gateway(503));
    node.faults().nextOn("phone", 2, NEW_SESSION, Fault.sessionNotCreated("adb is busy"));

    assertThat(client.newSession("'appium:udid':'tv'").join().status()).isEqualTo(200);
    assertThat(client.newSession(PHONE).join().error()).isEqualTo("session not created");
    assertThat(client.newSession(PHONE).join().value().path("message").asText())
        .isEqualTo("adb is busy");
    assertThat(client.newSession(PHONE).join().status()).isEqualTo(200);
    assertThat(client.get("/status").status()).isEqualTo(503);
    node.faults().clear();
    assertThat(client.get("/status").value().path("ready").asBoolean()).isTrue();
  }

  @Test
  void aLateSessionHoldsItsDeviceAndIsCreatedWithoutItsClient() throws Exception {
    node.faults().next(1, NEW_SESSION, new Fault.Late(Duration.ofMillis(300)));
    try (Wire wire = Wire.to(node.url())) {
      wire.request(
          "POST", "/session", "{\"capabilities\":{\"alwaysMatch\":{\"appium:udid\":\"phone\"}}}");
      await().until(() -> node.history().count(Kind.FAULT) == 1);
    }

    assertThat(client.newSession(PHONE).join().error()).isEqualTo("session not created");
    await().until(() -> node.liveSessions().size() == 1);
    assertThat(node.history().count(Kind.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aBodyCanBeCutSlowOrGarbage() throws Exception {
    String path = "/session/" + client.newSession(PHONE).join().sessionId() + "/title";
    try (Wire wire = Wire.to(node.url())) {
      node.faults().next(1, COMMAND, new Fault.SlowBytes(Duration.ofMillis(1)));
      wire.request("GET", path, "");
      assertThat(wire.readResponse().text()).isEqualTo("{\"value\":\"Simulated page\"}");
      node.faults().next(1, COMMAND, new Fault.Garbage());
      wire.request("GET", path, "");
      assertThat(wire.readResponse().text()).isEqualTo("{\"value\": not json");
      node.faults().next(1, COMMAND, new Fault.DropMidBody());
      wire.request("GET", path, "");
      assertThatThrownBy(wire::readResponse).isInstanceOf(EOFException.class);
    }
    node.faults().next(1, COMMAND, new Fault.DropAfterRequest());
    try (Wire wire = Wire.to(node.url())) {
      assertThat(wire.request("GET", path, "").closedByPeer()).isTrue();
    }
    node.faults().next(1, COMMAND, new Fault.Stall());
    try (Wire wire = Wire.to(node.port(), Duration.ofMillis(200))) {
      assertThat(wire.request("GET", path, "").closedByPeer()).isFalse();
    }
    node.faults().next(1, COMMAND, new Fault.Forget());
    assertThat(client.get(path).error()).isEqualTo("invalid session id");
    assertThat(node.liveSessions()).isEmpty();
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    String session = "/session/" + client.newSession(PHONE).join().sessionId();
    node.faults().next(1, COMMAND, new Fault.Late(Duration.ofMillis(50)));
    try (Wire wire = Wire.to(node.url())) {
      wire.request("GET", session + "/title", "").request("GET", session + "/window", "");

      assertThat(wire.readResponse().text()).contains("Simulated page");
      assertThat(wire.readResponse().text()).contains("sim-window");
    }
  }

  @Test
  void bodiesStreamBothWays() throws Exception {
    String session = "/session/" + client.newSession(PHONE).join().sessionId();
    int size = 3_000_001;
    String upload = "x".repeat(SimulatedRequest.MAX_BODY_KEPT + 7);

    assertThat(client.post(session + "/sim/upload", upload).value().asLong())
        .isEqualTo(upload.length());
    try (Wire wire = Wire.to(node.url())) {
      byte[] fixed = wire.request("GET", session + "/sim/bytes/" + size, "").readResponse().body();
      byte[] chunks =
          wire.request("GET", session + "/sim/chunks/" + size, "").readResponse().body();
      assertThat(fixed).hasSize(size);
      assertThat(fixed[size - 1]).isEqualTo(SimulatedNode.patternByte(size - 1));
      assertThat(chunks).isEqualTo(fixed);
    }
  }

  @Test
  void aNodeThatDiesComesBackWithoutItsSessions() throws Exception {
    String id = client.newSession(PHONE).join().sessionId();
    try (Wire wire = Wire.to(node.url())) {
      node.die();
      assertThat(wire.closedByPeer()).isTrue();
      assertThatThrownBy(() -> Wire.to(node.url())).isInstanceOf(ConnectException.class);
    }
    node.comeBack();

    assertThat(client.get("/session/" + id + "/url").error()).isEqualTo("invalid session id");
    assertThat(client.newSession(PHONE).join().status()).isEqualTo(200);
  }

  @Test
  void anIdleSessionExpiresByTheInjectedClock() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    restart(SimulatedNodeConfig.appium().withClock(now::get));
    String id = client.newSession(PHONE + ",'appium:newCommandTimeout':'5'").join().sessionId();

    now.set(Instant.EPOCH.plusSeconds(4));
    client.get("/session/" + id + "/title");
    now.set(Instant.EPOCH.plusSeconds(8));
    assertThat(client.get("/session/" + id + "/title").status()).isEqualTo(200);
    now.set(Instant.EPOCH.plusSeconds(14));
    await().until(() -> node.liveSessions().isEmpty());
    assertThat(node.history().count(Kind.EXPIRED)).isEqualTo(1);
  }

  @Test
  void aBasePathStandsBeforeEverything() {
    restart(SimulatedNodeConfig.appium().withBasePath("/wd/hub").withSessionList());
    String id = client.newSession(PHONE).join().sessionId();

    assertThat(client.get("/appium/sessions").value().get(0).path("id").asText()).isEqualTo(id);
    assertThat(
            new JsonClient(URI.create("http://127.0.0.1:" + node.port())).get("/status").status())
        .isEqualTo(404);
  }

  @Test
  void aChromedriverHasSlotsAndNoUdid() {
    restart(SimulatedNodeConfig.chromedriver().withDevice("", 2));

    Reply first = client.newSession("'browserName':'chrome'").join();
    assertThat(first.value().path("capabilities").path("browserVersion").asText()).isNotEmpty();
    assertThat(client.newSession("'browserName':'chrome'").join().status()).isEqualTo(200);
    assertThat(client.newSession("'browserName':'chrome'").join().status()).isEqualTo(500);
    assertThat(client.get("/sessions").value()).hasSize(2);
    assertThat(node.history().mostLiveAtOnce("")).isEqualTo(2);
  }

  @Test
  void aSocketAnswersPushesAndKeepsCloseCodes() throws Exception {
    Reply created = client.newSession(PHONE + ",'webSocketUrl':true").join();
    String url = created.value().path("capabilities").path("webSocketUrl").asText();
    Ears ears = new Ears();
    WebSocket socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(url), ears).join();

    socket.sendText("{\"id\":7,\"method\":\"session.status\",\"params\":{}}", true).join();
    assertThat(ears.received()).contains("\"type\":\"success\"", "\"id\":7");
    socket.sendText("plain", true).join();
    assertThat(ears.received()).isEqualTo("plain");
    node.push(created.sessionId(), "{\"method\":\"log.entryAdded\"}");
    assertThat(ears.received()).contains("log.entryAdded");
    node.closeSockets(created.sessionId(), 4321, "enough");
    assertThat(ears.closed.get(5, TimeUnit.SECONDS)).isEqualTo(4321);
    assertThat(node.liveSessions()).hasSize(1);
  }

  @Test
  void twoNodesCanGiveOutTheSameSessionId() {
    String id = client.newSession(PHONE).join().sessionId();
    try (SimulatedNode second = SimulatedNode.start(SimulatedNodeConfig.appium())) {
      second.faults().next(1, NEW_SESSION, new Fault.SessionIdAgain(id));
      assertThat(new JsonClient(second.url()).newSession(PHONE).join().sessionId()).isEqualTo(id);
    }
  }

  private void restart(SimulatedNodeConfig config) {
    node.close();
    node = SimulatedNode.start(config);
    client = new JsonClient(node.url());
  }

  /** Records the messages of a socket. */
  private static final class Ears implements WebSocket.Listener {
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

    String received() throws InterruptedException {
      return String.valueOf(texts.poll(5, TimeUnit.SECONDS));
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      texts.add(text.toString());
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return CompletableFuture.completedFuture(null);
    }
  }
}
