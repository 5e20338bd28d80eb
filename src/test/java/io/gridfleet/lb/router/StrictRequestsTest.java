package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.node.RawNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Heads and trailers of requests that HTTP/1.1 forbids or that two servers could read differently.
 */
final class StrictRequestsTest {
  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);

  private void assertStatus(String request, String status) throws IOException {
    try (RawClient client = edge.client()) {
      assertThat(client.send(request).rest())
          .startsWith("HTTP/1.1 " + status)
          .containsIgnoringCase("connection: close");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz\0 HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz\u0001 HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz\u007f HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /health\u00e4 HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz#x HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET\u000b/healthz HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET\f/healthz HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET\t/healthz HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz\u000bHTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz\f HTTP/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz http/1.1\r\nHost: lb\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: lb\r\nHost: lb\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: lb, other\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: user@lb\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: lb/x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: lb:port\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: lb:444444\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: :4444\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: []\r\n\r\n",
        "GET /session/s1/x HTTP/1.1\r\nHost: lb\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
      })
  void areRefused(String request) throws Exception {
    assertStatus(request, "400");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"lb", "lb:", "lb:4444", "10.0.0.7:4444", "[::1]", "[fe80::1%25eth0]:1", "a_b.c-d"})
  void hostsAsClientsWriteThemAreServed(String host) throws Exception {
    try (RawClient client = edge.client()) {
      client.send("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aPathParameterHidesNoDots() throws Exception {
    try (RawClient client = edge.client()) {
      assertThat(client.get("/session/s1/..;/x").answer()).startsWith("HTTP/1.1 400");
      assertThat(client.get("/session/s1/%2e%2E%3Ba=b/x").answer()).startsWith("HTTP/1.1 400");
      assertThat(client.get("/session/s1/.;x").answer()).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void unknownMethodsAreNotImplemented() throws Exception {
    assertStatus("CONNECT lb:443 HTTP/1.1\r\nHost: lb\r\n\r\n", "501");
    assertStatus("G".repeat(2000) + " /healthz HTTP/1.1\r\nHost: lb\r\n\r\n", "501");
    try (RawClient client = edge.client()) {
      client.send("OPTIONS * HTTP/1.1\r\nHost: lb\r\n\r\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 200").containsIgnoringCase("allow: GET");
      assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void anErrorNeverRepeatsAToken() throws Exception {
    for (String base : List.of("/v0/", "/V0/", "/wd/hub/../v0/", "/docs/V0/", "/v0/x/V0/")) {
      for (String rest :
          List.of(
              "",
              "/",
              "/nothing",
              "/session/",
              "/session/unknown/url",
              "/session/unknown/no-such-command",
              "/sessions/nothing",
              "/..;/session",
              "?s3cret")) {
        for (String method : List.of("GET", "POST", "DELETE", "BREW")) {
          isNotRepeated(method, base + "s3cret" + rest);
        }
      }
    }
    isNotRepeated("GET", "/V0/s3cret%zz/session");
    isNotRepeated("GET", "/v0/s3cret#x");
    isNotRepeated("GET", "/v0/s3cret\u0001");
  }

  private void isNotRepeated(String method, String target) throws IOException {
    try (RawClient client = edge.client()) {
      client.send(method + " " + target + " HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
      String answer = client.rest();
      assertThat(answer).as("%s %s", method, target).startsWith("HTTP/1.1 ");
      if (!answer.startsWith("HTTP/1.1 2")) {
        assertThat(answer).as("%s %s", method, target).doesNotContainIgnoringCase("s3cret");
      }
    }
  }

  @Test
  void trailersThatMeanSomethingInAHeadOnlyAreDropped() throws Exception {
    CompletableFuture<String> trailers = new CompletableFuture<>();
    String bad =
        "Host: evil\r\nAuthorization: evil\r\nConnection: evil\r\nTransfer-Encoding: evil\r\n"
            + "Content-Length: 666\r\nCookie: evil\r\nTE: evil\r\nX-Own: kept\r\n";
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  trailers.complete(wire.head());
                  wire.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + bad + "\r\n");
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n"
              + "Connection: close\r\n\r\n2\r\n{}\r\n0\r\n"
              + bad
              + "\r\n");
      assertThat(client.rest()).endsWith("0\r\nX-Own: kept\r\n\r\n");
      assertThat(trailers.get(20, TimeUnit.SECONDS)).endsWith("0\r\nX-Own: kept\r\n\r\n");
    }
  }
}
