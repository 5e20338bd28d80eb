package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Data of clients that isn't sent to nodes, and of nodes that isn't sent to clients. */
final class RelayPrivacyTest {
  private static final String SECRETS =
      "Authorization: Bearer secret\r\nCookie: a=secret\r\nOrigin: http://secret\r\n"
          + "Referer: http://secret/\r\nForwarded: for=secret\r\nX-Forwarded-For: secret\r\n"
          + "X-FORWARDED-Anything: secret\r\nX-Forwarded-Proto: passed\r\n";

  @RegisterExtension
  final Edge edge =
      new Edge(
          Edge.LIMITS,
          new FrontDoor.Protection(
              Admission.open(),
              new BodyBudget(Long.MAX_VALUE),
              new OriginPolicy(List.of("http://secret"), List.of(), false)));

  @Test
  void headersThatIdentifyTheClientAreNotForwarded() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (String line :
          new String[] {"GET /session/s1/url", "GET /session/s1", "DELETE /session/s1"}) {
        client.send(line + " HTTP/1.1\r\nHost: lb\r\n" + SECRETS + "X-Own: kept\r\n\r\n");
        assertThat(client.answer()).startsWith("HTTP/1.1 200");
        assertThat(node.heads().take())
            .startsWith(line)
            .doesNotContainIgnoringCase("secret")
            .contains("X-Own: kept", "X-Forwarded-Proto: passed");
      }
    }
  }

  @Test
  void headersOfATrustedProxyAreForwardedExceptAuthorization() throws Exception {
    edge.trustsPeers = true;
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (String line : new String[] {"GET /session/s1/url", "DELETE /session/s1"}) {
        client.send(line + " HTTP/1.1\r\nHost: lb\r\n" + SECRETS + "\r\n");
        assertThat(client.answer()).startsWith("HTTP/1.1 200");
        assertThat(node.heads().take())
            .contains(
                "Cookie: a=secret",
                "Origin: http://secret",
                "Referer: http://secret/",
                "Forwarded: for=secret",
                "X-Forwarded-For: secret",
                "X-FORWARDED-Anything: secret",
                "X-Forwarded-Proto: passed")
            .doesNotContainIgnoringCase("authorization");
      }
    }
  }

  @Test
  void aHandshakeElsewhereCarriesNoCredentialsAndAnythingButASwitchIsAnError() throws Exception {
    try (RawNode elsewhere = RawNode.answering(RawNode.json(200, "inner page"))) {
      URI target = URI.create("ws://127.0.0.1:" + elsewhere.port() + "/internal");
      edge.session(
          "s1", elsewhere.address(), Duration.ofSeconds(20), Map.of("/session/s1/se/cdp", target));
      try (RawClient client = edge.client()) {
        client.send(
            "GET /session/s1/se/cdp HTTP/1.1\r\nHost: lb\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + SECRETS
                + "\r\n");
        assertThat(client.answer())
            .startsWith("HTTP/1.1 500")
            .contains("unknown error", "node-1")
            .doesNotContain("inner page");
      }
      assertThat(elsewhere.heads().take()).doesNotContain("secret");
      await().until(() -> edge.nodes.open() == 0);
    }
  }

  @Test
  void theNodesOwnAddressesInCapabilitiesAreReplaced() throws Exception {
    String body =
        "{\"value\":{\"browserName\":\"chrome\",\"webSocketUrl\":\"ws://10.0.0.7:9515/session/s1\","
            + "\"directConnectHost\":\"10.0.0.7\",\"appium:directConnectPort\":9515,"
            + "\"capabilities\":{\"se:cdp\":\"ws://10.0.0.7:9222/\",\"se:cdpVersion\":\"1.0\","
            + "\"se:gridWebSocketUrl\":\"ws://10.0.0.7:1/\",\"n\":1.50}}}";
    try (RawNode node = RawNode.answering(RawNode.json(200, body));
        RawClient client = edge.client()) {
      edge.session("s1", node.address("/wd/hub"));
      for (String path :
          new String[] {"/session/s1", "/session/s1/?x=1", "/session/s1/appium/capabilities"}) {
        assertThat(client.get(path).answer())
            .startsWith("HTTP/1.1 200")
            .containsIgnoringCase("content-type: application/json; charset=utf-8")
            .endsWith(
                "{\"value\":{\"browserName\":\"chrome\","
                    + "\"webSocketUrl\":\"ws://lb/session/s1/se/bidi\","
                    + "\"directConnectHost\":\"public\","
                    + "\"capabilities\":{\"se:cdpVersion\":\"1.0\",\"n\":1.50}}}");
        assertThat(node.heads().take()).startsWith("GET /wd/hub" + path + " HTTP/1.1");
      }
      await().until(() -> edge.reports.size() == 3);
      assertThat(edge.reports).allMatch(report -> report.outcome() == Outcome.ANSWERED);
    }
  }

  @Test
  void whatHoldsNoAddressIsPassedByteForByteAndWhatIsTooLargeIsAnError() throws Exception {
    String plain = "{ \"value\" : {\"a\":1e2, \"webSocketUrl\":true} }";
    try (RawNode small = RawNode.answering(RawNode.json(200, plain));
        RawNode text = RawNode.answering(RawNode.json(200, "no json"));
        RawNode large = RawNode.answering(RawNode.json(200, "x".repeat(2_000_000)));
        RawClient client = edge.client()) {
      edge.session("s1", small.address());
      assertThat(client.get("/session/s1").answer()).endsWith(plain);
      edge.session("s1", text.address());
      assertThat(client.get("/session/s1").answer()).endsWith("no json");
      edge.session("s1", large.address());
      assertThat(client.get("/session/s1").answer())
          .startsWith("HTTP/1.1 500")
          .contains("node-1", "too large");
    }
  }
}
