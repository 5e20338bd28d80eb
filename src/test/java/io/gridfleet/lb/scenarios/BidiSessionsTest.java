package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.LoggedMistakes;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.router.FrontDoor;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.NodeStyle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that are requested over WebDriver BiDi, without an HTTP session first. */
@ExtendWith(LeakCheck.class)
final class BidiSessionsTest {
  private static final String NEW =
      "{'id':7,'method':'session.new','params':{'capabilities':{'alwaysMatch':{%s}}}}";

  @RegisterExtension final Lab lab = new Lab();
  @TempDir Path folder;

  /** Nodes with a browser each, which are tried in their order. */
  private void browsers(int count, Map<String, Object> besides) {
    SimulatedFleet fleet =
        SimulatedFleet.of(count, 0, config -> config.withStyle(NodeStyle.CHROMEDRIVER));
    List<Map<String, Object>> nodes = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      Map<String, Object> state = Map.of("browserName", "chrome", "rank", number);
      String url = fleet.node(number).url().toString();
      nodes.add(Map.of("id", "node-" + number, "url", url, "devices", List.of(state)));
    }
    Map<String, Object> all = new LinkedHashMap<>(besides);
    all.put("nodes", nodes);
    lab.start(fleet, all);
  }

  private BidiConnection connect(String base) throws Exception {
    return BidiConnection.to("ws://127.0.0.1:" + lab.port() + base + "/session");
  }

  private static JsonNode ask(BidiConnection bidi, String members) throws Exception {
    return bidi.send(NEW.formatted(members)).answer(7);
  }

  private static String created(BidiConnection bidi, String members) throws Exception {
    JsonNode answer = ask(bidi, members);
    assertThat(answer.path("type").asText()).as(answer.toString()).isEqualTo("success");
    return answer.path("result").path("sessionId").asText();
  }

  private void untilOver(String session) {
    Lab.until("over", () -> lab.command(session).status() == 404);
    Lab.until("free", () -> lab.server().distributor().states().get(0).locks().isEmpty());
  }

  @Test
  void aSessionIsPlacedUsedAndEnded() throws Exception {
    browsers(1, Map.of());
    try (BidiConnection bidi = connect("")) {
      String session = created(bidi, "'gridfleet:testName':'till','browserName':'chrome'");

      bidi.send("{'id':8,'method':'sim.echo','params':{'a':1}}");
      assertThat(bidi.answer(8).path("result").path("a").asInt()).isEqualTo(1);
      lab.node(1).push(session, "{\"type\":\"event\"}");
      assertThat(bidi.read().path("type").asText()).isEqualTo("event");
      Answered url = lab.command(session);
      assertThat(url.status()).isEqualTo(200);
      assertThat(lab.recorder().all()).anyMatch(line -> line.contains("published"));
      assertThat(lab.node(1).history().creations().get(0).alwaysMatch().toString())
          .isEqualTo("{\"browserName\":\"chrome\"}");

      bidi.send("{'id':9,'method':'session.end','params':{}}");
      assertThat(bidi.answer(9).path("type").asText()).isEqualTo("success");
      assertThat(bidi.closed()).isPositive();
      untilOver(session);
    }
  }

  @Test
  void beforeASessionOnlyItsStatusAndItsBeginningAreAnswered() throws Exception {
    browsers(1, Map.of());
    try (BidiConnection bidi = connect("/wd/hub")) {
      JsonNode status = bidi.send("{'id':1,'method':'session.status','params':{}}").read();
      assertThat(status.path("result").path("ready").asBoolean()).isTrue();
      assertThat(error(bidi, "{'id':2,'method':'browsingContext.getTree','params':{}}", 2))
          .isEqualTo("invalid session id");
      assertThat(error(bidi, "{'id':3,'method':'session.new','params':{}}", 3))
          .isEqualTo("invalid argument");
      String twice =
          "{'id':4,'method':'session.new','params':{'capabilities':{'alwaysMatch':{'a:b':1},"
              + "'firstMatch':[{'a:b':2}]}}}";
      assertThat(error(bidi, twice, 4)).isEqualTo("invalid argument");
      for (String nonsense :
          List.of("[]", "x", "{'id':-1,'method':'session.status','params':{}}")) {
        JsonNode answer = bidi.send(nonsense).read();
        assertThat(answer.path("id").isNull()).as(nonsense).isTrue();
        assertThat(answer.path("error").asText()).as(nonsense).isEqualTo("invalid argument");
      }
      String session = created(bidi, "");
      lab.delete(session);
      assertThat(bidi.closed()).isPositive();
    }
  }

  private static String error(BidiConnection bidi, String command, int id) throws Exception {
    JsonNode answer = bidi.send(command).read();
    assertThat(answer.path("type").asText()).isEqualTo("error");
    assertThat(answer.path("id").asInt()).isEqualTo(id);
    assertThat(answer.path("message").asText()).isNotEmpty();
    return answer.path("error").asText();
  }

  @Test
  void whereTheNodeHasNoBidiNothingIsAvoidedAndTheClientMayGoOn() throws Exception {
    lab.start(2);
    try (BidiConnection bidi = connect("")) {
      for (int i = 0; i < 3; i++) {
        JsonNode answer = ask(bidi, "");
        assertThat(answer.path("error").asText()).isEqualTo("session not created");
        assertThat(answer.path("message").asText()).contains("has no BiDi-only sessions");
      }
      assertThat(lab.server().store().avoidedDevices().all().toCompletableFuture().join())
          .isEmpty();
      assertThat(bidi.send("{'id':1,'method':'session.status','params':{}}").answer(1).isObject())
          .isTrue();
    }
    assertThat(lab.node(1).liveSessions()).isEmpty();
  }

  @Test
  void anotherNodeIsTriedAndTheLastFailureIsReported() throws Exception {
    browsers(2, Map.of());
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("The browser is on strike"));
    try (BidiConnection bidi = connect("")) {
      String session = created(bidi, "");
      assertThat(lab.node(2).liveSessions()).extracting(it -> it.id()).containsExactly(session);
      lab.delete(session);
    }
    for (int node = 1; node <= 2; node++) {
      lab.node(node)
          .faults()
          .standing(NodeOperation.NEW_SESSION, Fault.sessionNotCreated("The browser is on strike"));
    }
    try (BidiConnection bidi = connect("")) {
      JsonNode answer = ask(bidi, "");
      assertThat(answer.path("error").asText()).isEqualTo("session not created");
      assertThat(answer.path("data").path("attempts")).hasSize(2);
    }
  }

  @Test
  void aClientThatLeavesWhileItWaitsFreesEverything() throws Exception {
    browsers(1, Map.of());
    String busy = lab.session("");
    BidiConnection bidi = connect("");
    bidi.send(NEW.formatted("'gridfleet:waitForDeviceOnlineTimeout':600"));
    lab.untilWaiting(1);
    assertThat(error(bidi, NEW.formatted("").replace("7", "8"), 8))
        .isEqualTo("session not created");
    bidi.abort();
    lab.untilWaiting(0);
    lab.delete(busy);
    assertThat(lab.node(1).history().creations()).hasSize(1);
  }

  @Test
  void aClientThatLeavesDuringTheAttemptLeavesNothing() throws Exception {
    browsers(1, Map.of());
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(300)));
    BidiConnection bidi = connect("");
    bidi.send(NEW.formatted(""));
    Lab.until("asked", () -> !lab.node(1).history().creations().isEmpty());
    bidi.abort();
    Lab.until("created", () -> lab.node(1).history().count(NodeEvent.Kind.CREATED) == 1);
    Lab.until("deleted", () -> lab.node(1).liveSessions().isEmpty());
    lab.delete(lab.session(""));
  }

  @Test
  void aSessionWhoseClientOnlyClosesItsSocketLivesOn() throws Exception {
    browsers(1, Map.of("session", Map.of("idleDefault", "2s", "idleSweep", "100ms")));
    String session;
    try (BidiConnection bidi = connect("")) {
      session = created(bidi, "");
    }
    Lab.until("closed", () -> lab.server().openConnections() == 0);
    assertThat(lab.command(session).status()).isEqualTo(200);
    BidiConnection again =
        BidiConnection.to("ws://127.0.0.1:" + lab.port() + "/session/" + session);
    again.send("{'id':1,'method':'session.end','params':{}}");
    assertThat(again.closed()).isPositive();
    Lab.until("over", () -> lab.server().distributor().states().get(0).locks().isEmpty());
  }

  @Test
  void aSilentSessionEndsByTheIdleRules() throws Exception {
    browsers(1, Map.of("session", Map.of("idleDefault", "1s", "idleSweep", "100ms")));
    try (BidiConnection bidi = connect("")) {
      String session = created(bidi, "");
      assertThat(bidi.closed()).isPositive();
      untilOver(session);
      assertThat(lab.node(1).liveSessions()).isEmpty();
    }
  }

  @Test
  void aNodeThatDiesEndsTheSocket() throws Exception {
    browsers(1, Map.of());
    try (BidiConnection bidi = connect("")) {
      String session = created(bidi, "");
      lab.node(1).die();
      assertThat(bidi.closed()).isPositive();
      lab.node(1).comeBack();
      untilOver(session);
    }
  }

  @Test
  void tokensWorkAsElsewhere() throws Exception {
    String secret = "a-secret-that-is-long-enough";
    Path file = Files.writeString(folder.resolve("secret"), secret);
    browsers(1, Map.of("tokens", List.of(Map.of("name", "team", "secretFile", file.toString()))));
    assertThatThrownBy(() -> connect("")).rootCause().hasMessageContaining("401");
    try (BidiConnection bidi = connect("/v0/" + secret + "/wd/hub")) {
      bidi.send(NEW.formatted(""));
      assertThat(bidi.answer(7).path("type").asText()).isEqualTo("success");
      bidi.send("{'id':9,'method':'session.end','params':{}}");
      assertThat(bidi.closed()).isPositive();
    }
    Lab.until("free", () -> lab.server().distributor().states().get(0).locks().isEmpty());
  }

  @Test
  void fragmentsAreOneMessage() throws Exception {
    browsers(1, Map.of());
    try (BidiConnection bidi = connect("")) {
      bidi.sendInTwo(NEW.formatted(""));
      assertThat(bidi.answer(7).path("type").asText()).isEqualTo("success");
      bidi.send("{'id':9,'method':'session.end','params':{}}");
      assertThat(bidi.closed()).isPositive();
    }
    Lab.until("free", () -> lab.server().distributor().states().get(0).locks().isEmpty());
  }

  /**
   * The fragment can't be handed to the node, nor can the rest of its message without it. Without a
   * Close frame the JDK's client doesn't always report that the connection has closed.
   */
  @Test
  void aClientInTheMiddleOfAMessageWhenItsSessionIsCreatedIsAnsweredAndClosed() throws Exception {
    browsers(1, Map.of());
    String busy = lab.session("");
    BidiConnection bidi = connect("");
    bidi.send(NEW.formatted("'gridfleet:waitForDeviceOnlineTimeout':600"));
    lab.untilWaiting(1);
    bidi.sendBeginning("{\"id\":8,");

    String session;
    try (LoggedMistakes mistakes = new LoggedMistakes(FrontDoor.class)) {
      lab.delete(busy);
      session = bidi.answer(7).path("result").path("sessionId").asText();
      assertThat(bidi.closed()).isEqualTo(1008);
      Lab.until("closed", () -> lab.server().openConnections() == 0);
      Lab.until(
          "closed on the node",
          () -> lab.node(1).history().count(NodeEvent.Kind.SOCKET_CLOSED) == 1);
      assertThat(mistakes.messages()).isEmpty();
    }
    assertThat(lab.command(session).status()).isEqualTo(200);
    lab.delete(session);
  }

  @Test
  void aClientThatAsksForNothingIsClosed() throws Exception {
    browsers(1, Map.of("router", Map.of("bodyPause", "300ms")));
    try (BidiConnection bidi = connect("")) {
      assertThat(bidi.closed()).isEqualTo(1008);
    }
  }

  @Test
  void aMessageThatIsTooLargeIsClosed() throws Exception {
    browsers(1, Map.of());
    BidiConnection large = connect("");
    large.sendWhatMayBeCut("{'id':1,'method':'x','params':{'a':'" + "x".repeat(1 << 20) + "'}}");
    assertThat(large.closed()).isIn(1009, 1006);
  }

  @Test
  void aHandshakeThatIsNoneIsRefusedOverHttp() throws Exception {
    browsers(1, Map.of());
    String upgrade = "GET /session HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade\r\n";
    Wire wire = lab.wire().send(upgrade + "Upgrade: websocket\r\n\r\n");
    assertThat(wire.readResponse().head().status()).isEqualTo(400);
    wire.send(
        upgrade + "Upgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 8\r\n\r\n");
    Wire.Response old = wire.readResponse();
    assertThat(old.head().status()).isEqualTo(426);
    assertThat(old.head().header("sec-websocket-version")).isEqualTo("13");
    wire.send("GET /session HTTP/1.1\r\nHost: lab\r\n\r\n");
    assertThat(wire.readResponse().head().status()).isEqualTo(405);
    wire.close();
    assertThatThrownBy(() -> BidiConnection.to("ws://127.0.0.1:" + lab.port() + "/session/unknown"))
        .isNotNull();
  }
}
