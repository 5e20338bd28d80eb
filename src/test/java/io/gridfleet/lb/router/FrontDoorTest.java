package io.gridfleet.lb.router;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FrontDoorTest {
  @RegisterExtension final Edge edge = new Edge();

  /** The next request on this connection, and on a new one, is served. */
  private void assertServes(RawClient client) throws IOException {
    assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200");
    assertServes();
  }

  private void assertServes() throws IOException {
    try (RawClient other = edge.client()) {
      assertThat(other.get("/healthz").answer()).startsWith("HTTP/1.1 200");
    }
  }

  private void assertRefusedAndClosed(String request, String status) throws IOException {
    try (RawClient client = edge.client()) {
      assertThat(client.send(request).rest())
          .startsWith("HTTP/1.1 " + status)
          .containsIgnoringCase("connection: close")
          .contains("\"invalid argument\"");
    }
    assertServes();
  }

  @Test
  void anEndpointAnswersManyTimesOnOneConnection() throws Exception {
    try (RawClient client = edge.client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200").endsWith("Health[]");
        assertThat(client.request("POST /session", "{\"capabilities\":{}}").answer())
            .startsWith("HTTP/1.1 200")
            .endsWith(" 19");
        assertThat(client.request("GET /readyz", "a body").answer()).endsWith("Ready[]");
      }
      client.send("HEAD /readyz HTTP/1.1\r\nHost: lb\r\n\r\n");
      assertThat(client.head()).containsIgnoringCase("content-length: 7");
      assertServes(client);
    }
  }

  @Test
  void unknownCommandsGetW3cErrorsAndTheConnectionPersists() throws Exception {
    try (RawClient client = edge.client()) {
      assertThat(client.request("POST /v0/s3cret/nothing", "{}").answer())
          .startsWith("HTTP/1.1 404")
          .contains("\"unknown command\"", "\"stacktrace\":\"\"")
          .containsIgnoringCase("cache-control: no-cache")
          .doesNotContain("s3cret");
      assertThat(client.get("/wd/hub/session").answer())
          .startsWith("HTTP/1.1 405")
          .contains("\"unknown method\"");
      assertThat(client.request("POST /session/nobody/url", "{}").answer())
          .startsWith("HTTP/1.1 404")
          .contains("\"invalid session id\"");
      assertThat(client.request("POST /session/no%00body/url", "{}").answer())
          .startsWith("HTTP/1.1 404")
          .contains("\"invalid session id\"");
      assertThat(client.get("/session/x/%2e%2e/y").answer())
          .startsWith("HTTP/1.1 400")
          .contains("\"invalid argument\"");
      client.send("GET http://other:99/healthz HTTP/1.1\r\nHost: lb\r\n\r\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("Health[]");
      assertServes(client);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /session/ID/no-such-command?x=1, 404, unknown command",
    "POST /session/ID/url/more/no-such, 404, invalid session id",
    "GET /wd/hub/session/ID/no-such-command/, 404, unknown command",
    "DELETE /session/ID/url, 405, unknown method",
    "OPTIONS /session/ID/back, 405, unknown method",
    "POST /session/ID, 405, unknown method",
    "PUT /session/ID/, 405, unknown method",
    "GET /session/ID, 404, invalid session id",
    "DELETE /session/ID/, 404, invalid session id",
    "DELETE /session/ID/cookie/name, 404, invalid session id",
    "GET /session/ID/appium/settings, 404, invalid session id",
    "POST /session/ID/goog/cdp/execute, 404, invalid session id",
    "POST /session/ID/execute_async, 404, invalid session id",
  })
  void aCommandOfAnUnknownSessionIsMatchedBeforeItsId(String request, int status, String error)
      throws Exception {
    try (RawClient client = edge.client()) {
      for (String id : new String[] {"nobody", "no%00body"}) {
        assertThat(client.request(request.replace("ID", id), "{}").answer())
            .startsWith("HTTP/1.1 " + status)
            .contains("\"" + error + "\"");
      }
      assertServes(client);
    }
  }

  @Test
  void headersThatAreTooLargeAreRefused() throws Exception {
    assertRefusedAndClosed(
        "GET /healthz HTTP/1.1\r\nHost: lb\r\nX: " + "x".repeat(20_000) + "\r\n\r\n", "431");
    assertRefusedAndClosed("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: lb\r\n\r\n", "431");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedInOrder() throws Exception {
    try (RawClient client = edge.client()) {
      client.request("POST /session", "x".repeat(Edge.LIMITS.gatheredBody() + 1));
      assertThat(client.rest()).startsWith("HTTP/1.1 413").contains("\"invalid argument\"");
    }
    try (RawClient client = edge.client()) {
      client.send("POST /session HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n");
      String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
      for (int i = 0; i < 5; i++) {
        client.send(chunk);
      }
      assertThat(client.rest()).startsWith("HTTP/1.1 413");
    }
    try (RawClient client = edge.client()) {
      client.send(
          "POST /session HTTP/1.1\r\nHost: lb\r\nExpect: 100-continue\r\n"
              + "Content-Length: 100000000\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 413");
    }
    assertServes();
  }

  @Test
  void expectContinueIsAnsweredForAnEndpoint() throws Exception {
    try (RawClient client = edge.client()) {
      client.send(
          "POST /session HTTP/1.1\r\nHost: lb\r\nExpect: 100-continue\r\n"
              + "Content-Length: 2\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 100 ");
      assertThat(client.send("{}").answer()).startsWith("HTTP/1.1 200").endsWith(" 2");
      assertServes(client);
    }
  }

  @Test
  void whatCouldBeReadInTwoWaysIsRefused() throws Exception {
    String post = "POST /session HTTP/1.1\r\nHost: lb\r\n";
    assertRefusedAndClosed(post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", "400");
    assertRefusedAndClosed(post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "400");
    assertRefusedAndClosed(
        post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400");
    assertRefusedAndClosed(
        post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", "400");
    assertRefusedAndClosed(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400");
    assertRefusedAndClosed(post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "400");
    assertRefusedAndClosed(
        "POST /session HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400");
    assertRefusedAndClosed(
        "POST /session HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400");
    assertRefusedAndClosed(post + "Content-Length: -1\r\n\r\n", "400");
    assertRefusedAndClosed(post + "Content-Length: +2\r\n\r\n{}", "400");
    assertRefusedAndClosed(post + "Content-Length : 2\r\n\r\n{}", "400");
    assertRefusedAndClosed("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400");
  }

  @Test
  void whatIsNotHttpIsRefused() throws Exception {
    assertRefusedAndClosed("GET /healthz HTTP/1.1\r\nHost: lb\r\nX: a\0b\r\n\r\n", "400");
    assertRefusedAndClosed("GET /healthz HTTP/1.1\r\nHost: lb\r\nno colon\r\n\r\n", "400");
    assertRefusedAndClosed("GET /healthz HTTP/1.1\nHost: lb\nX: a\n\n", "400");
    assertRefusedAndClosed("complete and utter garbage\r\nHost: lb\r\n\r\n", "400");
    assertRefusedAndClosed("GET /healthz HTTP/2.0\r\nHost: lb\r\n\r\n", "400");
    assertRefusedAndClosed("\u0016\u0003\u0001\u0002\0\u0001\0\r\n\r\n", "400");
  }

  @Test
  void aChunkThatIsNoneIsRefused() throws Exception {
    assertRefusedAndClosed(
        "POST /session HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "400");
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"))) {
      edge.session("s1", node.address());
      assertRefusedAndClosed(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n-1\r\n",
          "400");
      assertThat(edge.reports).extracting("outcome").containsOnly(Outcome.CLIENT_LEFT);
    }
  }

  @Test
  void aSilentConnectionIsClosed() throws Exception {
    List<RawClient> silent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      silent.add(edge.client());
    }
    await().until(() -> edge.door.connections() == 300);
    assertServes();

    await().atMost(Duration.ofSeconds(10)).until(() -> edge.door.connections() == 0);
    for (RawClient client : silent) {
      assertThat(client.rest()).isEmpty();
      client.close();
    }
  }

  @Test
  void aHeadThatTricklesIsClosed() throws Exception {
    try (RawClient client = edge.client()) {
      assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200");
      client.send("GET /healthz HTTP/1.1\r\nX: ");
      await().atMost(Duration.ofSeconds(10)).until(() -> hasEnded(client));
    }
    assertServes();
  }

  private static boolean hasEnded(RawClient client) {
    try {
      client.send("x");
      return client.in.available() > 0 || edgeClosed(client);
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean edgeClosed(RawClient client) throws IOException {
    client.socket.setSoTimeout(1);
    try {
      return client.in.read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void aBodyThatPausesIsAborted() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient relayed = edge.client();
        RawClient own = edge.client()) {
      edge.session("s1", node.address(), Duration.ofMillis(300), Map.of());
      relayed.send("POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nContent-Length: 9\r\n\r\nabc");
      own.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 9\r\n\r\nabc");

      assertThat(relayed.rest()).startsWith("HTTP/1.1 408");
      assertThat(own.rest()).startsWith("HTTP/1.1 408");
    }
    assertServes();
  }

  @Test
  void aBodyThatTricklesIsAborted() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient relayed = edge.client();
        RawClient own = edge.client()) {
      edge.session("s1", node.address(), Duration.ofMillis(300), Map.of());
      relayed.send("POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nContent-Length: 9999\r\n\r\n");
      own.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 9999\r\n\r\n");
      await()
          .pollInterval(Duration.ofMillis(100))
          .until(() -> hasEnded(relayed) & hasEnded(own) && edge.door.connections() == 0);
    }
    assertServes();
  }

  @Test
  void aHeaderValueCannotInjectALine() throws Exception {
    try (RawClient client = edge.client()) {
      client.get("/api/wait");
      await().until(() -> edge.created.size() == 1);
      Exchange exchange = edge.created.get(0);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> exchange.answer(EndpointAnswer.text(200, "x").with("X-A", "b\r\nX-C: d")));
      exchange.answer(EndpointAnswer.text(200, "plain"));

      assertThat(client.answer()).endsWith("plain");
    }
  }

  @Test
  void anEndpointIsNotifiedWhenTheClientDisconnects() throws Exception {
    try (RawClient client = edge.client()) {
      client.get("/api/wait");
      await().until(() -> edge.created.size() == 1);
    }

    edge.created.get(0).clientLeft().get(20, TimeUnit.SECONDS);
    edge.created.get(0).answer(EndpointAnswer.text(200, "for nobody"));
  }

  @Test
  void anAnswerCanGrowAndComesFromAnyThread() throws Exception {
    try (RawClient client = edge.client()) {
      client.get("/api/wait");
      await().until(() -> edge.created.size() == 1);
      Exchange exchange = edge.created.get(0);
      CompletableFuture.runAsync(
              () -> {
                Exchange.AnswerStream stream =
                    exchange.stream(200, "application/json; charset=utf-8", Map.of("X-A", "b"));
                stream.write(new byte[] {'\n'});
                stream.finish(new byte[] {'{', '}'});
              })
          .get(20, TimeUnit.SECONDS);

      assertThat(client.head()).contains("X-A: b").containsIgnoringCase("chunked");
      assertThat(client.read(18)).isEqualTo("1\r\n\n\r\n2\r\n{}\r\n0\r\n\r\n");
      assertServes(client);
    }
  }

  @Test
  void anEndpointThatFailsIsAnsweredWithAnError() throws Exception {
    try (RawClient client = edge.client()) {
      client.get("/api/throw");

      assertThat(client.answer()).startsWith("HTTP/1.1 500").contains("\"unknown error\"");
      assertThat(edge.created.get(0).clientLeft()).isCompleted();
      assertThat(edge.created.get(0).body()).isCompletedExceptionally();
    }
    assertServes();
  }

  @Test
  void drainingServesAKeptConnectionOnceMoreAndLetsExchangesEnd() throws Exception {
    try (RawClient idle = edge.client();
        RawClient busy = edge.client()) {
      assertThat(idle.get("/healthz").answer()).startsWith("HTTP/1.1 200");
      busy.get("/api/wait");
      await().until(() -> edge.created.size() == 1);
      edge.door.drain();

      await()
          .until(() -> idle.get("/healthz").answer().toLowerCase(ROOT).contains("connection: c"));
      assertThat(idle.rest()).isEmpty();
      edge.created.get(0).answer(EndpointAnswer.text(200, "done"));
      assertThat(busy.rest()).containsIgnoringCase("connection: close").endsWith("done");
    }
  }

  @Test
  void drainingEndsAConnectionThatIsNotUsedAgain() throws Exception {
    try (RawClient idle = edge.client()) {
      assertThat(idle.get("/healthz").answer()).startsWith("HTTP/1.1 200");
      edge.door.drain();

      assertThat(idle.rest()).isEmpty();
    }
  }

  @Test
  void closingEndsIdleConnectionsAtOnce() throws Exception {
    try (RawClient idle = edge.client()) {
      assertThat(idle.get("/healthz").answer()).startsWith("HTTP/1.1 200");
      edge.door.close(Duration.ofMinutes(1));

      assertThat(idle.rest()).isEmpty();
    }
  }
}
