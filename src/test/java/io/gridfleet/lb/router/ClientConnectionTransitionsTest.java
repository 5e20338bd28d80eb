package io.gridfleet.lb.router;

import static io.gridfleet.lb.state.Transitions.awaitVisited;
import static io.gridfleet.lb.state.Transitions.isVisited;
import static io.gridfleet.lb.state.Transitions.unvisited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.LoggedMistakes;
import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.state.StateTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Visits each transition of a client's connection over sockets. */
@ExtendWith(LeakCheck.class)
final class ClientConnectionTransitionsTest {
  private static final StateTable<?, ?, ?> TABLE = ClientConnectionTable.TABLE;
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  private static final String UPGRADE =
      "GET /session/s1/x HTTP/1.1\r\nHost: lb\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: key==\r\n";

  /** More than all buffers of a loopback connection hold. */
  private static final int MANY = 32 * 1024 * 1024;

  private static final int PIECE = 64 * 1024;

  /** Closes a connection whose client is slow, for the rows of a deadline. */
  @RegisterExtension final Edge hasty = new Edge();

  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);

  @AfterAll
  static void everyTransitionIsVisited() {
    assertThat(unvisited(TABLE)).isEmpty();
  }

  /** The actions of a client on a connection of its own. */
  @FunctionalInterface
  private interface Steps {
    void take(RawClient client) throws Exception;
  }

  /** Repeats the steps until the row is visited: TCP may deliver writes together. */
  private void until(String row, Steps steps) throws Exception {
    until(edge, row, steps);
  }

  private static void until(Edge edge, String row, Steps steps) throws Exception {
    for (int i = 0; i == 0 || (i < 50 && !isVisited(TABLE, row)); i++) {
      try (RawClient client = edge.client()) {
        steps.take(client);
      }
      await().until(() -> edge.door.connections() == 0);
    }
    awaitVisited(TABLE, row);
  }

  /** Waits, so that what was sent is read by itself. */
  private static void pause() {
    await().pollDelay(Duration.ofMillis(20)).until(() -> true);
  }

  private static RawNode node(RawNode.Script afterHead) throws IOException {
    return new RawNode(
        wire -> {
          wire.head();
          afterHead.serve(wire);
        });
  }

  @Test
  void aConnectionIsIdleOrReadsAHead() throws Exception {
    until(hasty, "IDLE DUE", client -> assertThat(client.rest()).isEmpty());
    until("IDLE INACTIVE", client -> client.get("/healthz").answer());
    until(
        "READING_HEAD HEAD",
        client -> {
          client.send("GET /healthz HT");
          pause();
          assertThat(client.send("TP/1.1\r\nHost: lb\r\n\r\n").answer()).contains("200");
        });
    until(hasty, "READING_HEAD DUE", client -> assertThat(client.send("GET /h").rest()).isEmpty());
    until(
        "READING_HEAD INACTIVE",
        client -> {
          client.send("GET /h");
          pause();
        });
    awaitVisited(TABLE, "IDLE PARTIAL_HEAD", "IDLE HEAD", "RECEIVED ANSWERED");
  }

  @Test
  void aRequestArrivesInParts() throws Exception {
    String post = "POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 4\r\n\r\n";
    until(
        "RECEIVING BODY_PART",
        client -> {
          client.send(post + "ab");
          pause();
          assertThat(client.send("cd").answer()).endsWith(" 4");
        });
    until(
        hasty,
        "RECEIVING DUE",
        client -> assertThat(client.send(post + "ab").rest()).contains("408"));
    until(
        "RECEIVING INACTIVE",
        client -> {
          client.send(post + "ab");
          pause();
        });
    until(
        hasty,
        "CLOSING DUE",
        client -> {
          client.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 100000000\r\n\r\n");
          assertThat(client.rest()).startsWith("HTTP/1.1 413");
          await().until(() -> hasty.door.connections() == 0);
        });
    awaitVisited(TABLE, "RECEIVING BODY_END", "RECEIVING ANSWERED_LAST", "CLOSING INACTIVE");
  }

  @Test
  void anAnswerBeginsBeforeTheRequestIsComplete() throws Exception {
    String post = "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nContent-Length: 6\r\n\r\n";
    try (RawNode ends = node(wire -> wire.write(HEAD + "abcdef"));
        RawNode cuts = node(wire -> wire.write(HEAD + "abc"));
        RawNode stays =
            node(
                wire -> {
                  wire.write(HEAD + "abc");
                  wire.read(6);
                  wire.write("def");
                })) {
      edge.session("s1", ends.address());
      until(
          "ANSWERING_EARLY ANSWERED_LAST",
          client -> assertThat(client.send(post + "AB").rest()).endsWith("abcdef"));
      edge.session("s1", cuts.address());
      until(
          "ANSWERING_EARLY CUT",
          client -> assertThat(client.send(post + "AB").rest()).endsWith("abc"));
      edge.session("s1", stays.address());
      until(
          "ANSWERING_EARLY BODY_PART",
          client -> {
            client.send(post).head();
            client.send("ABC");
            pause();
            assertThat(client.send("DEF").rest()).isEqualTo("abcdef");
          });
      until("ANSWERING_EARLY INACTIVE", client -> client.send(post).head());
      edge.session("s1", stays.address(), SHORT, Map.of());
      until("ANSWERING_EARLY DUE", client -> assertThat(client.send(post).rest()).endsWith("abc"));
      awaitVisited(TABLE, "RECEIVING ANSWER_HEAD", "ANSWERING_EARLY BODY_END");
    }
  }

  @Test
  void aRelayedAnswerEndsInEachWay() throws Exception {
    String get = "GET /session/s1/x HTTP/1.1\r\nHost: lb\r\n";
    try (RawNode ends = node(wire -> wire.write(HEAD + "abcdef"));
        RawNode cuts = node(wire -> wire.write(HEAD + "abc"));
        RawNode silent = node(RawNode.Wire::read);
        RawNode stays =
            node(
                wire -> {
                  wire.write(HEAD + "abc");
                  wire.read();
                })) {
      edge.session("s1", ends.address());
      until("ANSWERING ANSWERED", client -> client.get("/session/s1/x").answer());
      until(
          "ANSWERING ANSWERED_LAST",
          client ->
              assertThat(client.send(get + "Connection: close\r\n\r\n").rest()).endsWith("f"));
      edge.session("s1", cuts.address());
      until("ANSWERING CUT", client -> client.get("/session/s1/x").rest());
      edge.session("s1", silent.address(), SHORT, Map.of());
      until("RECEIVED DUE", client -> client.get("/session/s1/x").answer());
      edge.session("s1", stays.address(), SHORT, Map.of());
      until("ANSWERING DUE", client -> client.get("/session/s1/x").rest());
      edge.session("s1", stays.address());
      until("ANSWERING INACTIVE", client -> client.get("/session/s1/x").head());
      awaitVisited(TABLE, "RECEIVED ANSWER_HEAD");
    }
  }

  @Test
  void anEndpointsClientMayDisconnectOrRequestClose() throws Exception {
    until(
        "RECEIVED INACTIVE",
        client -> {
          int before = edge.created.size();
          client.get("/api/wait");
          await().until(() -> edge.created.size() > before);
        });
    until(
        "RECEIVED ANSWERED_LAST",
        client ->
            client.send("GET /healthz HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n").rest());
  }

  @Test
  void aChannelIsHandedOver() throws Exception {
    try (RawNode node =
        node(
            wire -> {
              wire.write(SWITCHING);
              wire.read();
            })) {
      edge.session("s1", node.address());
      until(
          "RECEIVED HANDED_OVER",
          client -> assertThat(client.send(UPGRADE + "\r\n").head()).contains(" 101 "));
      until(
          "RECEIVING HANDED_OVER",
          client ->
              assertThat(client.send(UPGRADE + "Content-Length: 3\r\n\r\n").head())
                  .contains(" 101 "));
    }
  }

  @Test
  void aClientDoesNotReadWhatANodeSends() throws Exception {
    byte[] interim =
        "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    try (RawNode floods =
            node(
                wire -> {
                  for (int sent = 0; sent < MANY; sent += interim.length) {
                    wire.write(interim);
                  }
                });
        RawNode large =
            node(
                wire -> {
                  wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + MANY + "\r\n\r\n");
                  wire.write(new byte[MANY]);
                })) {
      edge.session("s1", floods.address());
      String post = "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nContent-Length: 6\r\n";
      full("RECEIVING WRITABILITY", post + "Expect: 100-continue\r\n\r\n");
      edge.session("s1", large.address());
      full("ANSWERING_EARLY WRITABILITY", post + "\r\n");
      full("ANSWERING WRITABILITY", post + "\r\nabcdef");
    }
  }

  private void full(String row, String request) throws Exception {
    until(
        row,
        client -> {
          client.send(request);
          awaitVisited(TABLE, row);
        });
  }

  @Test
  void aClientDoesNotReadWhatAnEndpointAnswers() throws Exception {
    int requests = 400;
    String small = "GET /api/large/60000 HTTP/1.1\r\nHost: lb\r\n\r\n";
    until(
        "IDLE WRITABILITY",
        client -> {
          client.send(small.repeat(requests));
          awaitVisited(TABLE, "RECEIVED WRITABILITY");
          for (int i = 0; i < requests; i++) {
            assertThat(client.answer()).hasSizeGreaterThan(60_000);
          }
        });
    until(
        "WRITING WRITABILITY",
        client -> {
          client.get("/api/large/" + MANY / 4);
          pause();
          client.head();
          assertThat(client.in.readNBytes(MANY / 4)).hasSize(MANY / 4);
        });
    until(
        hasty,
        "WRITING DUE",
        client -> {
          int before = hasty.created.size();
          client.get("/api/large/" + MANY);
          await().until(() -> hasty.created.size() > before && hasty.door.connections() == 0);
        });
    until(
        "WRITING INACTIVE",
        client -> {
          client.get("/api/large/" + MANY);
          pause();
        });
    awaitVisited(TABLE, "RECEIVED LARGE_ANSWER", "WRITING ANSWERED");
  }

  /**
   * An answer as large as what the kernel and the channel hold: its last piece fills the latter.
   */
  @Test
  void aConnectionThatClosesMayStillBeFull() throws Exception {
    String row = "CLOSING WRITABILITY";
    String last = "WRITING ANSWERED_LAST";
    for (int bytes = 16 * PIECE;
        bytes < 256 * PIECE && !(isVisited(TABLE, row) && isVisited(TABLE, last));
        bytes += PIECE) {
      try (RawClient client = edge.client()) {
        client.send(
            "GET /api/large/" + bytes + " HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
        pause();
        client.head();
        assertThat(client.in.readNBytes(bytes)).hasSize(bytes);
      }
    }
    awaitVisited(TABLE, row, last);
  }

  @Test
  void anEventWithoutARowIsLoggedAndClosesTheConnection() throws Exception {
    try (RawClient client = edge.client();
        LoggedMistakes log = new LoggedMistakes(FrontConnection.class)) {
      client.get("/api/wait");
      await().until(() -> edge.created.size() == 1);
      Exchange exchange = edge.created.get(0);
      for (int i = 0; i < 2; i++) {
        exchange.stream(200, "text/plain", Map.of());
      }
      assertThat(client.rest()).startsWith("HTTP/1.1 200");
      exchange.clientLeft().get(20, TimeUnit.SECONDS);
      assertThat(log.messages())
          .containsExactly("client connection: unexpected event ANSWER_HEAD in state ANSWERING");
    }
  }
}
