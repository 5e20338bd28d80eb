package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.NodeStyle;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A device is free after {@code session.end}, whatever its node does with the socket. */
@ExtendWith(LeakCheck.class)
final class BidiSessionEndTest {
  private static final String NEW =
      "{'id':1,'method':'session.new','params':{'capabilities':{'alwaysMatch':{}}}}";
  private static final String ECHO = "{'id':2,'method':'sim.echo','params':{'a':1}}";
  private static final String END = "{'id':3,'method':'session.end','params':{}}";
  private static final int NORMAL = 1000;

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void aBrowser() {
    SimulatedFleet fleet =
        SimulatedFleet.of(1, 0, config -> config.withStyle(NodeStyle.CHROMEDRIVER));
    Map<String, Object> node =
        Map.of(
            "id",
            "node-1",
            "url",
            fleet.node(1).url().toString(),
            "devices",
            List.of(Map.of("browserName", "chrome")));
    lab.start(fleet, Map.of("nodes", List.of(node)));
  }

  private String address(String path) {
    return "ws://127.0.0.1:" + lab.port() + "/session" + path;
  }

  private static String created(BidiConnection bidi) throws Exception {
    return bidi.send(NEW).answer(1).at("/result/sessionId").asText();
  }

  private static void end(BidiConnection bidi) throws Exception {
    assertThat(bidi.send(END).answer(3).path("type").asText()).isEqualTo("success");
  }

  private void untilFree(String session) throws IOException {
    Lab.until("free", () -> lab.server().distributor().states().get(0).locks().isEmpty());
    assertThat(lab.command(session).status()).isEqualTo(404);
    Lab.until("closed", () -> lab.server().openConnections() == 0);
  }

  @Test
  void theNodeKeepsItsSocketOpen() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    BidiConnection bidi = BidiConnection.to(address(""));
    String session = created(bidi);
    end(bidi);
    assertThat(bidi.closed()).isEqualTo(NORMAL);
    untilFree(session);
  }

  @Test
  void theClientHadReturnedToItsSession() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    String session;
    try (BidiConnection bidi = BidiConnection.to(address(""))) {
      session = created(bidi);
    }
    BidiConnection again = BidiConnection.to(address("/" + session));
    end(again);
    assertThat(again.closed()).isEqualTo(NORMAL);
    untilFree(session);
  }

  @Test
  void theSessionWasCreatedOverHttp() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    Answered created = lab.newSession("'webSocketUrl':true").answered();
    URI url = URI.create(created.value().at("/capabilities/webSocketUrl").asText());
    BidiConnection bidi = BidiConnection.to("ws://127.0.0.1:" + lab.port() + url.getPath());
    end(bidi);
    assertThat(bidi.closed()).isEqualTo(NORMAL);
    untilFree(created.sessionId());
  }

  /** Another replica ends the session and its signal is lost: the sweep reads it from the store. */
  @Test
  void theSessionEndedOnAnotherReplicaWhoseSignalWasLost() throws Exception {
    lab.node(1).faults().next(9, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    Answered created = lab.newSession("'webSocketUrl':true").answered();
    URI url = URI.create(created.value().at("/capabilities/webSocketUrl").asText());
    BidiConnection bidi = BidiConnection.to("ws://127.0.0.1:" + lab.port() + url.getPath());
    lab.server()
        .store()
        .sessionMap()
        .end(new SessionId(created.sessionId()), EndReason.CLIENT_DELETED)
        .toCompletableFuture()
        .join();

    bidi.closed();

    assertThat(lab.command(created.sessionId()).status()).isEqualTo(404);
    lab.delete(created.sessionId());
    lab.stop(Duration.ZERO);
  }

  @Test
  void theNodeStillHasTheSession() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.EndsNothing());
    BidiConnection bidi = BidiConnection.to(address(""));
    String session = created(bidi);
    end(bidi);
    assertThat(bidi.closed()).isEqualTo(NORMAL);
    untilFree(session);
    assertThat(lab.node(1).liveSessions()).isEmpty();
  }

  @Test
  void theNodeRefusesToEndIt() throws Exception {
    lab.node(1)
        .faults()
        .next(1, NodeOperation.END_SESSION, new Fault.Fails(500, "unknown error", "not now"));
    BidiConnection bidi = BidiConnection.to(address(""));
    String session = created(bidi);
    assertThat(bidi.send(END).answer(3).path("error").asText()).isEqualTo("unknown error");
    assertThat(bidi.send(ECHO).answer(2).at("/result/a").asInt()).isEqualTo(1);
    assertThat(lab.command(session).status()).isEqualTo(200);
    end(bidi);
    untilFree(session);
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  /** Both its own socket and one that was opened later, one of them closed before. */
  @Test
  void everySocketClosesWhenItIsDeletedOverHttp() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    BidiConnection first = BidiConnection.to(address(""));
    String session = created(first);
    BidiConnection second = BidiConnection.to(address("/" + session));
    BidiConnection third = BidiConnection.to(address("/" + session));
    second.close();
    Lab.until("the second is closed", () -> lab.server().openConnections() == 2);
    assertThat(lab.delete(session).status()).isEqualTo(200);
    assertThat(first.closed()).isPositive();
    assertThat(third.closed()).isPositive();
    untilFree(session);
  }

  @Test
  void aSocketStaysKnownWhenTheFirstOneHasClosed() throws Exception {
    lab.node(1).faults().next(1, NodeOperation.END_SESSION, new Fault.KeepsSockets());
    String session;
    BidiConnection second;
    try (BidiConnection first = BidiConnection.to(address(""))) {
      session = created(first);
      second = BidiConnection.to(address("/" + session));
    }
    Lab.until("the first is closed", () -> lab.server().openConnections() == 1);
    assertThat(lab.delete(session).status()).isEqualTo(200);
    assertThat(second.closed()).isPositive();
    untilFree(session);
  }
}
