package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RelayCommandTest {
  @RegisterExtension final Edge edge = new Edge();

  @Test
  void aCommandReachesTheNodeUnderItsBasePathAndComesBack() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{\"value\":1}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address("/wd/hub"));
      client.send(
          "POST /v0/secret/wd/hub/session/s1/url?a=%20b HTTP/1.1\r\nHost: lb:4444\r\n"
              + "Authorization: Basic c2VjcmV0\r\nX-Own: kept\r\nContent-Length: 2\r\n"
              + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nKeep-Alive: 5\r\n\r\n{}");
      String answer = client.answer();

      assertThat(answer)
          .startsWith("HTTP/1.1 200")
          .contains("Content-Type: application/json; charset=utf-8")
          .endsWith("{\"value\":1}");
      assertThat(node.heads().take())
          .startsWith("POST /wd/hub/session/s1/url?a=%20b HTTP/1.1\r\n")
          .containsIgnoringCase("host: " + node.address().authority())
          .contains("X-Own: kept")
          .doesNotContainIgnoringCase("authorization")
          .doesNotContainIgnoringCase("connection:")
          .doesNotContainIgnoringCase("keep-alive")
          .doesNotContainIgnoringCase("x-hop")
          .doesNotContain("TE:")
          .doesNotContain("secret");
      await().until(() -> edge.reports.size() == 1);
      assertThat(edge.reports.get(0).outcome()).isEqualTo(Outcome.ANSWERED);
      assertThat(edge.reports.get(0).status()).isEqualTo(200);
      assertThat(edge.reports.get(0).overhead()).isPositive();
    }
  }

  @Test
  void anOfferOfHttp2IsIgnored() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "GET /session/s1/url HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Host: lb\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\nUpgrade: h2c\r\n\r\n");

      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("{}");
      assertThat(node.heads().take())
          .doesNotContainIgnoringCase("upgrade")
          .doesNotContainIgnoringCase("http2");
    }
  }

  @Test
  void requestsInOneGoAreAnsweredInTheirOrderOverOneNodeConnection() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  while (true) {
                    String head = wire.head();
                    if (head.isEmpty()) {
                      return;
                    }
                    wire.body(head);
                    String path = head.split(" ", 3)[1];
                    wire.write(RawNode.json(200, path));
                  }
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        all.append("POST /session/s1/")
            .append(i)
            .append(" HTTP/1.1\r\nHost: lb\r\nContent-Length: 3\r\n\r\nabc");
        if (i % 5 == 0) {
          all.append("GET /healthz HTTP/1.1\r\nHost: lb\r\n\r\n");
        }
      }
      client.send(all.toString());

      for (int i = 0; i < 20; i++) {
        assertThat(client.answer()).endsWith("/session/s1/" + i);
        if (i % 5 == 0) {
          assertThat(client.answer()).endsWith("Health[]");
        }
      }
      assertThat(node.accepted()).isEqualTo(1);
    }
  }

  @Test
  void headAnswersKeepTheirLengthAndHaveNoBody() throws Exception {
    try (RawNode node =
            RawNode.answering("HTTP/1.1 200 OK\r\nContent-Length: 42\r\nX-A: b\r\n\r\n");
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        client.send("HEAD /session/s1/file HTTP/1.1\r\nHost: lb\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 200").contains("Content-Length: 42");
      }
    }
  }

  @Test
  void answersWithoutABodyNeedNoLength() throws Exception {
    try (RawNode node = RawNode.answering("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n");
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        client.request("POST /session/s1/x", "{}");
        assertThat(client.head()).startsWith("HTTP/1.1 204").doesNotContainIgnoringCase("chunked");
      }
    }
  }

  @Test
  void chunksAndTrailersPassInBothDirections() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    try (RawNode node =
            new RawNode(
                wire -> {
                  String head = wire.head();
                  String body = wire.head();
                  seen.complete(head + body);
                  wire.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                          + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n"
              + "Connection: close\r\n\r\n4;ext=1\r\nwxyz\r\n0\r\nX-Own: 4\r\n\r\n");
      String answer = client.rest();

      assertThat(answer).contains("3\r\nabc\r\n").endsWith("0\r\nX-Sum: 5\r\n\r\n");
      assertThat(seen.get(20, TimeUnit.SECONDS))
          .containsIgnoringCase("transfer-encoding: chunked")
          .contains("4\r\nwxyz\r\n0\r\nX-Own: 4\r\n\r\n");
    }
  }

  @Test
  void aBodyThatEndsWithTheNodesConnectionDoesNotEndTheClients() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold");
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        client.get("/session/s1/x");
        assertThat(client.head()).containsIgnoringCase("transfer-encoding: chunked");
        assertThat(client.read(13)).isEqualTo("3\r\nold\r\n0\r\n\r\n");
      }
    }
  }

  @Test
  void anOldClientGetsNoChunksAndTheEndOfTheConnection() throws Exception {
    try (RawNode node =
            RawNode.answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send("GET /session/s1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

      assertThat(client.rest())
          .doesNotContainIgnoringCase("chunked")
          .containsIgnoringCase("connection: close")
          .endsWith("\r\n\r\nabc");
    }
  }

  @Test
  void anOldClientKeepsItsConnectionWhereTheLengthIsKnown() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        client.send("GET /session/s1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertThat(client.answer()).containsIgnoringCase("connection: keep-alive").endsWith("{}");
      }
    }
  }

  @Test
  void expectContinueIsAnsweredByTheNode() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  String head = wire.head();
                  wire.write("HTTP/1.1 100 Continue\r\n\r\n");
                  wire.write(RawNode.json(200, wire.body(head)));
                  wire.read();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nExpect: 100-continue\r\n"
              + "Content-Length: 4\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 100 ");
      client.send("body");

      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("body");
    }
  }

  @Test
  void unexpectedInterimAnswersAreDropped() throws Exception {
    try (RawNode node =
            RawNode.answering("HTTP/1.1 102 Processing\r\n\r\n" + RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/x");

      assertThat(client.answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aNodeThatIsGoneIsNamedInTheError() throws Exception {
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = listener.getLocalPort();
    }
    edge.session("s1", NodeAddress.of(URI.create("http://127.0.0.1:" + port)));
    try (RawClient client = edge.client()) {
      for (int i = 0; i < 2; i++) {
        client.request("POST /session/s1/x", "{}");
        assertThat(client.answer())
            .startsWith("HTTP/1.1 500")
            .contains("\"unknown error\"")
            .contains("node-1")
            .contains("127.0.0.1:" + port);
      }
    }
  }

  @Test
  void aNodeThatFailsDuringACommandIsNamedAndNotRetried() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.body(wire.head());
                  wire.reset();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.request("POST /session/s1/x", "{}");

      assertThat(client.answer()).startsWith("HTTP/1.1 500").contains("unknown error", "node-1");
      assertThat(node.accepted()).isEqualTo(1);
      await().until(() -> !edge.reports.isEmpty());
      assertThat(edge.reports.get(0).outcome()).isEqualTo(Outcome.NODE_FAILED);
    }
  }

  @Test
  void anAnswerThatIsCutIsCutForTheClientToo() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/x");

      assertThat(client.rest()).contains("200").endsWith("\r\n\r\nabc");
    }
  }

  @Test
  void aSilentNodeCostsTheTimeOfTheCommand() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawNode node = silent(closed);
        RawClient client = edge.client()) {
      edge.session("s1", node.address(), Duration.ofMillis(200), Map.of());
      client.request("POST /session/s1/x", "{}");

      assertThat(client.answer())
          .startsWith("HTTP/1.1 500")
          .contains("\"timeout\"", "node-1", "200 ms");
      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
      client.get("/healthz");
      assertThat(client.answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aClientThatLeavesTakesTheNodeConnectionWithIt() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawNode node = silent(closed)) {
      edge.session("s1", node.address());
      try (RawClient client = edge.client()) {
        client.request("POST /session/s1/x", "{}");
        node.heads().take();
      }

      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
      await().until(() -> edge.reports.size() == 1);
      assertThat(edge.reports.get(0).outcome()).isEqualTo(Outcome.CLIENT_LEFT);
    }
  }

  private static RawNode silent(CountDownLatch closed) throws IOException {
    return new RawNode(
        wire -> {
          wire.body(wire.head());
          try {
            wire.read();
          } finally {
            closed.countDown();
          }
        });
  }

  @Test
  void anUnknownSessionIsReportedBeforeTheAnswerEnds() throws Exception {
    String body = "{\"value\":{\"error\":\"invalid session id\",\"message\":\"gone\"}}";
    try (RawNode node = RawNode.answering(RawNode.json(404, body));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/x");

      assertThat(client.answer()).startsWith("HTTP/1.1 404").endsWith(body);
      assertThat(edge.events).containsExactly("unknown s1");
    }
  }

  @Test
  void anElementThatIsNotFoundIsNoEndOfTheSession() throws Exception {
    String body =
        "{\"value\":{\"error\":\"no such element\",\"message\":\"not an invalid session id\"}}";
    try (RawNode node = RawNode.answering(RawNode.json(404, body));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/x");

      assertThat(client.answer()).endsWith(body);
      assertThat(edge.events).isEmpty();
    }
  }

  @Test
  void deletingASessionFreesItBeforeTheClientIsAnswered() throws Exception {
    edge.freed = new CompletableFuture<>();
    try (RawNode node = RawNode.answering(RawNode.json(200, "{\"value\":null}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send("DELETE /session/s1 HTTP/1.1\r\nHost: lb\r\n\r\n");
      await().until(() -> !edge.events.isEmpty());

      assertThat(edge.events).containsExactly("ended s1 200");
      assertThat(client.in.available()).isZero();
      edge.freed.complete(null);
      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("{\"value\":null}");
    }
  }

  @Test
  void aClientIsAnsweredWhenItsSessionCantBeFreed() throws Exception {
    edge.throwsOnEnd = true;
    try (RawNode node = RawNode.answering(RawNode.json(200, "{\"value\":null}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send("DELETE /session/s1 HTTP/1.1\r\nHost: lb\r\n\r\n");

      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("{\"value\":null}");
    }
  }

  @Test
  void deletingASessionOfADeadNodeStillEndsIt() throws Exception {
    try (RawNode node = new RawNode(wire -> wire.head());
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send("DELETE /session/s1/ HTTP/1.1\r\nHost: lb\r\n\r\n");

      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("{\"value\":null}");
      assertThat(edge.events).containsExactly("ended s1 0");
    }
  }

  @Test
  void aClientThatLeavesWhileItDeletesEndsTheSessionNevertheless() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              awaitLatch(go);
              wire.write(RawNode.json(200, "{\"value\":null}"));
              wire.read();
            })) {
      edge.session("s1", node.address());
      try (RawClient client = edge.client()) {
        client.send("DELETE /session/s1 HTTP/1.1\r\nHost: lb\r\n\r\n");
        node.heads().take();
      }
      await().until(() -> edge.door.connections() == 0);
      go.countDown();

      await().until(() -> edge.events.contains("ended s1 200"));
    }
  }

  private static void awaitLatch(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aSessionOfAnotherReplicaIsFoundInTheStore() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.stored.put(new SessionId("s9"), edge.session("s9", node.address()));
      edge.sessions.clear();
      client.request("POST /session/s9/x", "x".repeat(100_000));

      assertThat(client.answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aStoreThatIsGoneIsNotAnUnknownSession() throws Exception {
    try (RawClient client = edge.client()) {
      client.request("POST /session/store-is-gone/x", "{}");

      assertThat(client.answer()).startsWith("HTTP/1.1 500").contains("unknown error", "store");
    }
  }

  @Test
  void deletingASessionThatHasEndedIsAnsweredByItsNodeAndNotCounted() throws Exception {
    String error =
        "{\"value\":{\"error\":\"invalid session id\",\"message\":\"gone\",\"stacktrace\":\"\"}}";
    try (RawNode node = RawNode.answering(RawNode.json(404, error));
        RawClient client = edge.client()) {
      SessionRoute route = edge.session("s1", node.address("/wd/hub"));
      edge.sessions.clear();
      edge.over.put(route.id(), route);

      assertThat(client.request("DELETE /session/s1", "").answer())
          .startsWith("HTTP/1.1 404")
          .endsWith(error);
      assertThat(node.heads().take()).startsWith("DELETE /wd/hub/session/s1 HTTP/1.1");
      assertThat(client.get("/session/s1/url").answer()).contains("it never was, or it has ended");
      assertThat(edge.started).isEmpty();
      assertThat(edge.reports).isEmpty();
      assertThat(edge.events).isEmpty();
    }
  }
}
