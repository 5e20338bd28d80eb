package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.NodeStyle;
import io.gridfleet.lb.store.Facts;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ends of sessions: each once, with its device free and its node notified where reachable. */
@ExtendWith(LeakCheck.class)
final class EndOfSessionTest {
  private static final Map<String, Object> IMPATIENT =
      Map.of("session", Map.of("idleMargin", "200ms", "idleSweep", "100ms"));
  private static final Map<String, Object> WATCHFUL =
      Map.of(
          "probe",
          Map.of("interval", "100ms", "timeout", "100ms", "downAfter", 1, "maxInterval", "200ms"));

  @RegisterExtension final Lab lab = new Lab();

  private void assertEnded(String session, EndReason reason) {
    Lab.until(
        "ended",
        () ->
            Facts.newest(lab.server().store(), 10).stream()
                .anyMatch(
                    record ->
                        record.session().id().value().equals(session)
                            && record.end().filter(end -> end.reason() == reason).isPresent()));
    lab.untilQuiet();
  }

  @Test
  void theClientDeletesIt() throws IOException {
    lab.start(1);
    String session = lab.session("");
    assertThat(lab.delete(session).text()).isEqualTo("{\"value\":null}");
    assertEnded(session, EndReason.CLIENT_DELETED);
    Answered again = lab.delete(session);
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.error()).isEqualTo("invalid session id");
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  /** chromedriver answers each DELETE with success, Appium only the first. */
  @ParameterizedTest
  @CsvSource({"APPIUM,404", "CHROMEDRIVER,200"})
  void aSecondDeleteIsAnsweredAsItsNodeDoes(NodeStyle style, int status) throws IOException {
    lab.start(SimulatedFleet.of(1, 1, config -> config.withStyle(style)), Map.of());
    String session = lab.session("");
    assertThat(lab.delete(session).status()).isEqualTo(200);
    for (int i = 0; i < 2; i++) {
      Answered again = lab.delete(session);
      assertThat(again.status()).as(again.text()).isEqualTo(status);
      assertThat(again.error()).isEqualTo(status == 200 ? "" : "invalid session id");
    }
    assertThat(lab.command(session).error()).isEqualTo("invalid session id");
    assertThat(lab.delete("never-was").error()).isEqualTo("invalid session id");
  }

  /** Its client doesn't close its end; with two replicas the session ends on the other one. */
  @Test
  void itsOpenSocketIsClosed() throws IOException {
    lab.start(1);
    Answered created = lab.newSession("'webSocketUrl':true").answered();
    URI address = URI.create(created.value().at("/capabilities/webSocketUrl").asText());
    String upgrade =
        " HTTP/1.1\r\nHost: lab:4444\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    Wire socket = lab.wire().send("GET " + address.getPath() + upgrade);
    assertThat(socket.readHead().status()).isEqualTo(101);
    assertThat(lab.delete(created.sessionId()).status()).isEqualTo(200);
    Lab.until("closed", () -> lab.server().openConnections() == 0);
    assertEnded(created.sessionId(), EndReason.CLIENT_DELETED);
  }

  @Test
  void theNodeHasNoSuchSession() throws IOException {
    lab.start(1);
    // A node's first answer to a probe starts a query for its sessions: not what is tested here.
    await().until(() -> lab.node(1).history().count(NodeEvent.Kind.STATUS) > 0);
    String session = lab.session("");
    Asked next = lab.waiting("");
    lab.node(1).forget(session);
    Answered answered = lab.command(session);
    assertThat(answered.status()).isEqualTo(404);
    assertThat(answered.error()).isEqualTo("invalid session id");
    assertThat(next.answered().sessionId()).isNotEmpty();
    assertEnded(session, EndReason.UNKNOWN_TO_NODE);
  }

  @Test
  void itWasSilentForTooLong() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), IMPATIENT);
    String session = lab.session("'appium:newCommandTimeout':0.3");
    Asked next = lab.newSession("");
    assertEnded(session, EndReason.IDLE);
    assertThat(next.answered().sessionId()).isNotEmpty();
  }

  @Test
  void itsClockStopsWhileACommandRuns() throws IOException {
    lab.start(SimulatedFleet.of(2, 1), IMPATIENT);
    String busy = lab.session("'udid':'phone-1-1','gridfleet:newCommandTimeout':1");
    lab.node(1).faults().next(1, NodeOperation.COMMAND, new Fault.Late(Duration.ofSeconds(3)));
    Asked command = lab.ask("GET", "/session/" + busy + "/url", "");
    String silent = lab.session("'udid':'phone-2-1','gridfleet:newCommandTimeout':0.2");
    assertEnded(silent, EndReason.IDLE);
    assertThat(command.answered().status()).isEqualTo(200);
    assertEnded(busy, EndReason.IDLE);
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  @Test
  void aNodeThatDiedInACommandIsNamed() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), WATCHFUL);
    String session = lab.session("");
    lab.node(1).faults().next(1, NodeOperation.COMMAND, new Fault.DropAfterRequest());
    Answered answered = lab.command(session);
    assertThat(answered.error()).isEqualTo("unknown error");
    assertThat(answered.message()).contains(Integer.toString(lab.node(1).port()));
    assertThat(lab.command(session).status()).isEqualTo(200);
  }

  @Test
  void itsNodeCameBackWithoutIt() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), WATCHFUL);
    String session = lab.session("");
    lab.node(1).die();
    Lab.until("not ready", () -> lab.ask("GET", "/readyz", "").answered().status() == 503);
    lab.node(1).comeBack();
    assertEnded(session, EndReason.NODE_LOST);
    Lab.until("ready", () -> lab.ask("GET", "/readyz", "").answered().status() == 200);
    assertThat(lab.session("")).isNotEmpty();
  }

  @Test
  @Tag(ScenariosOnTwoReplicasIT.ONE_PROCESS)
  void drainingRefusesNewSessionsAndLetsLiveOnesGoOn() throws IOException {
    lab.start(2);
    String session = lab.session("");
    Wire keptOpen = lab.wire();
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(() -> lab.stop(Duration.ofSeconds(8)));
    Lab.until("not ready", () -> lab.ask("GET", "/readyz", "").answered().status() == 503);
    assertThat(lab.ask("GET", "/status", "").answered().value().path("ready").asBoolean())
        .isFalse();
    assertThat(lab.ask("GET", "/healthz", "").answered().status()).isEqualTo(200);
    Answered refused = lab.newSession("").answered();
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.error()).isEqualTo("session not created");
    assertThat(refused.message()).contains("stopping");
    assertThat(lab.command(session).status()).isEqualTo(200);
    assertThat(stopped).isNotDone();
    keptOpen.close();
    assertThat(lab.delete(session).status()).isEqualTo(200);
    stopped.join();
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  @Test
  void drainingLetsAnAttemptComeToItsEnd() throws IOException {
    lab.start(1);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(1500)));
    Asked starting = lab.newSession("");
    Lab.until("attempted", () -> lab.node(1).history().creations().size() == 1);
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(() -> lab.stop(Duration.ofSeconds(8)));
    String session = starting.answered().sessionId();
    assertThat(session).isNotEmpty();
    assertThat(lab.command(session).status()).isEqualTo(200);
    lab.delete(session);
    stopped.join();
  }

  @Test
  @Tag(ScenariosOnTwoReplicasIT.ONE_PROCESS)
  void whatStillLivesWhenTheDrainTimeIsOverIsEndedOnItsNode() throws IOException {
    lab.start(1);
    lab.session("");
    lab.stop(Duration.ofMillis(10));
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }
}
