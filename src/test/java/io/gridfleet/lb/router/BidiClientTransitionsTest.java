package io.gridfleet.lb.router;

import static io.gridfleet.lb.state.Transitions.awaitVisited;
import static io.gridfleet.lb.state.Transitions.unvisited;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.LoggedMistakes;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.router.BidiClientTable.Event;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.NodeStyle;
import io.gridfleet.lb.state.StateTable;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.SessionId;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each transition of a BiDi-only session's client is made over sockets, and none is left over. */
@ExtendWith(LeakCheck.class)
final class BidiClientTransitionsTest {
  private static final StateTable<?, ?, ?> TABLE = BidiClientTable.TABLE;
  private static final String NEW =
      "{'id':7,'method':'session.new','params':{'capabilities':{'alwaysMatch':{%s}}}}";
  private static final String WAITING = NEW.formatted("'gridfleet:waitForDeviceOnlineTimeout':600");
  private static final int POLICY_VIOLATION = 1008;
  private static final int GOING_AWAY = 1001;

  private static final Session SESSION =
      new Session(
          new SessionId("s-1"),
          new DeviceLock(new DeviceId("device-1"), 0, "s-1", 1),
          new NodeId("node-1"),
          new Session.Terms(
              "anonymous",
              Optional.empty(),
              Optional.empty(),
              Duration.ofMinutes(1),
              Duration.ofMinutes(1),
              false),
          Capabilities.empty(),
          Map.of(),
          Instant.EPOCH);

  @RegisterExtension final Lab lab = new Lab();

  @AfterAll
  static void noTransitionIsLeftOver() {
    assertThat(unvisited(TABLE)).isEmpty();
  }

  private void browser(Map<String, Object> besides) {
    SimulatedFleet fleet =
        SimulatedFleet.of(1, 0, config -> config.withStyle(NodeStyle.CHROMEDRIVER));
    String url = fleet.node(1).url().toString();
    Map<String, Object> all = new LinkedHashMap<>(besides);
    all.put(
        "nodes",
        List.of(
            Map.of(
                "id", "node-1", "url", url, "devices", List.of(Map.of("browserName", "chrome")))));
    lab.start(fleet, all);
  }

  private BidiConnection connect() throws Exception {
    return BidiConnection.to("ws://127.0.0.1:" + lab.port() + "/session");
  }

  private static String error(BidiConnection bidi, String command) throws Exception {
    return bidi.send(command).answer(7).path("error").asText();
  }

  private void untilClosed() {
    Lab.until("closed", () -> lab.server().openConnections() == 0);
  }

  @Test
  void aSessionIsCreatedAndAnotherRefused() throws Exception {
    browser(Map.of());
    try (BidiConnection bidi = connect()) {
      assertThat(error(bidi, "{'id':7,'method':'session.new','params':{}}"))
          .isEqualTo("invalid argument");
      awaitVisited(TABLE, "OPEN ASK", "ASKING NOT_BEGUN");
      JsonNode created = bidi.send(NEW.formatted("")).answer(7);
      assertThat(created.path("type").asText()).as(created.toString()).isEqualTo("success");
      awaitVisited(TABLE, "ASKING BEGUN", "ASKED CREATED");
      lab.delete(created.at("/result/sessionId").asText());
      assertThat(bidi.closed()).isPositive();
    }
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("no browser today"));
    try (BidiConnection bidi = connect()) {
      assertThat(error(bidi, NEW.formatted(""))).isEqualTo("session not created");
      awaitVisited(TABLE, "ASKED NOT_CREATED");
    }
  }

  /** Both timers are short: the one of the first command, and the one of the pings. */
  @Test
  void aClientAsksForNothingOrWaitsAndLeaves() throws Exception {
    browser(
        Map.of(
            "router", Map.of("bodyPause", "300ms"),
            "newSession", Map.of("progressInterval", "100ms")));
    try (BidiConnection silent = connect()) {
      assertThat(silent.closed()).isEqualTo(POLICY_VIOLATION);
      awaitVisited(TABLE, "OPEN DUE", "OPEN INACTIVE");
    }
    String busy = lab.session("");
    BidiConnection bidi = connect();
    bidi.send(WAITING);
    lab.untilWaiting(1);
    assertThat(error(bidi, WAITING)).isEqualTo("session not created");
    awaitVisited(TABLE, "ASKED ASK", "ASKED DUE");
    bidi.abort();
    awaitVisited(TABLE, "ASKED INACTIVE");
    lab.untilWaiting(0);
    lab.delete(busy);
  }

  @Test
  void theServerStops() throws Exception {
    browser(Map.of());
    BidiConnection open = connect();
    lab.stop(Duration.ofSeconds(1));
    assertThat(open.closed()).isEqualTo(GOING_AWAY);
    awaitVisited(TABLE, "OPEN STOPPING");
  }

  /** The sessions are deleted, but their node leaves the sockets open that they were asked on. */
  @Test
  void theNodesSocketClosesWhenTheClientHasLeft() throws Exception {
    browser(Map.of("relay", Map.of("nodeIdle", "1s")));
    int clients = 6;
    Fault late = new Fault.Late(Duration.ofMillis(300));
    lab.node(1).faults().next(clients, NodeOperation.NEW_SESSION, late);
    lab.node(1).faults().next(clients, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    for (int i = 1; i <= clients; i++) {
      int count = i;
      BidiConnection bidi = connect();
      bidi.send(NEW.formatted(""));
      Lab.until("asked", () -> lab.node(1).history().creations().size() == count);
      bidi.abort();
      Lab.until("over", () -> lab.node(1).history().count(NodeEvent.Kind.DELETED) == count);
    }
    untilClosed();
    // What is left are kept connections of probes and of deletions, which don't grow in number.
    Lab.until("closed", () -> lab.node(1).openConnections() < clients);
  }

  /** A new session whose answer the test gives. */
  private static final class Request implements PendingSession {
    private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();
    private int left;

    @Override
    public CompletableFuture<NewSessionAnswer> answer() {
      return answer;
    }

    @Override
    public NewSessionOptions.Progress progress() {
      return NewSessionOptions.Progress.OFF;
    }

    @Override
    public List<Map<String, Object>> steps() {
      return List.of();
    }

    @Override
    public void clientLeft() {
      left++;
    }
  }

  /** A client whose request runs, on a channel without a socket. */
  private static final class Asked {
    private final Request request = new Request();
    private final BidiClient client;
    private final EmbeddedChannel channel;

    Asked(Relay relay) {
      client =
          new BidiClient(
              (payload, calls) -> request,
              relay,
              session -> {},
              () -> false,
              new BidiSessions.Times(Duration.ofMinutes(1), Duration.ofMinutes(1)));
      channel = new EmbeddedChannel(client);
      channel.writeInbound(new TextWebSocketFrame(NEW.formatted("").replace('\'', '"')));
    }

    void answer(NewSessionAnswer answer) {
      request.answer.complete(answer);
      channel.runPendingTasks();
    }
  }

  /** An answer that was on its way to the event loop when the channel closed. */
  @Test
  void theAnswerComesAfterTheClientHasLeft() throws Exception {
    NewSessionAnswer refused =
        NewSessionAnswer.of(WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "no"), false);
    NewSessionAnswer created = new NewSessionAnswer(200, new byte[0], Optional.of(SESSION), true);
    try (Edge edge = new Edge();
        LoggedMistakes log = new LoggedMistakes(BidiClient.class)) {
      for (NewSessionAnswer answer : List.of(refused, created)) {
        Asked asked = new Asked(edge.relay);
        asked.channel.close();
        assertThat(asked.request.left).isEqualTo(1);
        asked.answer(answer);
        assertThat(asked.request.left).isEqualTo(1);
        assertThat(asked.channel.outboundMessages()).isEmpty();
      }
      assertThat(log.messages()).isEmpty();
      awaitVisited(TABLE, "CLOSED NOT_CREATED", "CLOSED CREATED");
    }
  }

  /** Over sockets the stopping server's answer to the request may come before the event. */
  @Test
  void aRequestRunsOnWhileTheServerStops() throws Exception {
    try (Edge edge = new Edge()) {
      Asked asked = new Asked(edge.relay);
      asked.channel.pipeline().fireUserEventTriggered(FrontDoor.DRAIN);
      assertThat(asked.channel.isOpen()).isTrue();
      assertThat(asked.request.left).isZero();
      awaitVisited(TABLE, "ASKED STOPPING");
      asked.channel.close();
      assertThat(asked.request.left).isEqualTo(1);
    }
  }

  @Test
  void anEventWithoutARowIsLoggedAndGivesBackWhatIsHeld() throws Exception {
    try (Edge edge = new Edge();
        LoggedMistakes log = new LoggedMistakes(BidiClient.class)) {
      Asked asked = new Asked(edge.relay);
      asked.client.fire(Event.BEGUN);
      asked.channel.runPendingTasks();
      assertThat(log.messages())
          .containsExactly("BiDi-only session: unexpected event BEGUN in state ASKED");
      assertThat(asked.channel.isOpen()).isFalse();
      assertThat(asked.request.left).isEqualTo(1);
    }
  }
}
