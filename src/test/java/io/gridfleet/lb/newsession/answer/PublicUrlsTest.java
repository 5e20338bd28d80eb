package io.gridfleet.lb.newsession.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.answer.PublicUrls.Base;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PublicUrlsTest {
  private static final SessionId ID = new SessionId("s1");
  private static final Base LAB = new Base(true, "lab.example", "/wd/hub");

  private static Node node(String url, String... socketHosts) {
    return new Node(
        new NodeId("n"), URI.create(url), Optional.empty(), Set.of(), Set.of(socketHosts));
  }

  @Test
  void anAddressOnAHostThatTheNodeMayNotLeadToIsNotFollowed() {
    PublicUrls urls =
        PublicUrls.of(
            Capabilities.of(
                Map.of(
                    "webSocketUrl", "ws://169.254.169.254/latest", "se:cdp", "ws://node:99/cdp")),
            ID,
            LAB,
            node("http://node:9515/wd/hub", "other"));

    assertThat(urls.tunnels())
        .isEqualTo(
            Map.of(
                "/se/bidi",
                "ws://node:9515/wd/hub/session/s1/se/bidi",
                "/se/cdp",
                "ws://node:99/cdp"));
    assertThat(urls.rewritten().get("webSocketUrl"))
        .isEqualTo("wss://lab.example/wd/hub/session/s1/se/bidi");
  }

  @Test
  void aGridsAddressOfTheDriverIsRewrittenToo() {
    PublicUrls urls =
        PublicUrls.of(
            Capabilities.of(
                Map.of(
                    "webSocketUrl", "ws://node:5555/session/s1/se/bidi",
                    "se:gridWebSocketUrl", "ws://localhost:31337/session/s1")),
            ID,
            LAB,
            node("http://node:5555"));

    assertThat(urls.rewritten().get("se:gridWebSocketUrl"))
        .isEqualTo("wss://lab.example/wd/hub/session/s1/se/bidi");
    assertThat(urls.tunnels()).isEqualTo(Map.of("/se/bidi", "ws://node:5555/session/s1/se/bidi"));
  }

  @Test
  void everyAddressIsRewrittenAndBecomesATunnel() {
    PublicUrls urls =
        PublicUrls.of(
            Capabilities.of(
                Map.of(
                    "webSocketUrl",
                    "ws://127.0.0.1:9515/session/s1",
                    "se:cdp",
                    "ws://node:5555/session/s1/se/cdp?x=1",
                    "se:vnc",
                    "wss://other/vnc",
                    "browserName",
                    "chrome")),
            ID,
            LAB,
            node("http://node:9515", "other"));

    assertThat(urls.rewritten().asMap())
        .containsEntry("webSocketUrl", "wss://lab.example/wd/hub/session/s1/se/bidi")
        .containsEntry("se:cdp", "wss://lab.example/wd/hub/session/s1/se/cdp")
        .containsEntry("se:vnc", "wss://lab.example/wd/hub/session/s1/se/vnc")
        .containsEntry("browserName", "chrome");
    assertThat(urls.tunnels())
        .isEqualTo(
            Map.of(
                "/se/bidi",
                "ws://node:9515/session/s1",
                "/se/cdp",
                "ws://node:5555/session/s1/se/cdp?x=1",
                "/se/vnc",
                "wss://other/vnc"));
  }

  @ParameterizedTest
  @CsvSource({
    "ws://localhost:4723/bidi/s1, http://10.0.0.7:4723, ws://10.0.0.7:4723/bidi/s1",
    "ws://0.0.0.0:4723/bidi/s1, http://[fd00::7]:4723, ws://[fd00::7]:4723/bidi/s1",
    "ws://[::1]:4723/bidi/s1, http://node:4723, ws://node:4723/bidi/s1",
    "ws://127.0.0.1:4723/bidi/s1, http://localhost:4723, ws://127.0.0.1:4723/bidi/s1",
    "ws://0.0.0.0:4723/bidi/s1, http://127.0.0.1:4723, ws://0.0.0.0:4723/bidi/s1",
    "ws://mini2.lab/bidi/s1, http://10.0.0.7:4723, ws://mini2.lab/bidi/s1",
    "https://127.0.0.1:1/x, http://node, wss://node:1/x",
  })
  void localhostIsReplacedByTheHostOfTheNode(String said, String node, String target) {
    PublicUrls urls =
        PublicUrls.of(
            Capabilities.of(Map.of("webSocketUrl", said)), ID, LAB, node(node, "mini2.lab"));

    assertThat(urls.tunnels()).containsEntry("/se/bidi", target);
  }

  @Test
  void aValueThatIsNoAddressIsUnchanged() {
    Map<String, Object> said =
        Map.of("webSocketUrl", true, "se:cdp", "not an address", "se:vnc", "mailto:x@y");

    PublicUrls urls = PublicUrls.of(Capabilities.of(said), ID, LAB, node("http://node"));

    assertThat(urls.rewritten().asMap()).isEqualTo(said);
    assertThat(urls.tunnels()).isEmpty();
  }

  @Test
  void theRemoteUrlOfTheClientHasPrecedenceAndItsTokenIsRemoved() {
    Capabilities asked =
        Capabilities.of(Map.of("se:remoteUrl", "https://u:p@door.example:8443/v0/secret/wd/hub"));

    Base base = LAB.orWhatTheClientSays(List.of(Capabilities.empty(), asked));

    assertThat(base).isEqualTo(new Base(true, "door.example:8443", "/wd/hub"));
    assertThat(LAB.orWhatTheClientSays(List.of(Capabilities.of(Map.of("se:remoteUrl", "::")))))
        .isEqualTo(LAB);
    assertThat(
            LAB.orWhatTheClientSays(
                List.of(Capabilities.of(Map.of("se:remoteUrl", "http://[fd00::1]:4444")))))
        .isEqualTo(new Base(false, "[fd00::1]:4444", "/wd/hub"));
  }

  @Test
  void aTokenInTheBasePathIsRemovedToo() {
    assertThat(new Base(false, "lab", "/v0/secret/wd/hub").path()).isEqualTo("/wd/hub");
    assertThat(new Base(false, "lab", "/v0/secret").path()).isEmpty();
    assertThat(new Base(false, "lab", "/run/7").path()).isEqualTo("/run/7");
  }

  @Test
  void headersOfATrustedPeerCount() {
    Map<String, String> headers =
        Map.of(
            "host", "10.0.0.1:4444",
            "x-forwarded-host", "door.example, inner",
            "x-forwarded-proto", "https");

    assertThat(Base.of(headers, true, false, "local:1", ""))
        .isEqualTo(new Base(true, "door.example", ""));
    assertThat(Base.of(headers, false, false, "local:1", ""))
        .isEqualTo(new Base(false, "10.0.0.1:4444", ""));
  }

  @Test
  void theStandardHeaderCountsBeforeTheOldOnes() {
    Map<String, String> headers =
        Map.of(
            "host",
            "10.0.0.1",
            "forwarded",
            "for=1.2.3.4;Host=\"door.example:8443\";proto=https, for=10.0.0.9;host=inner",
            "x-forwarded-host",
            "old.example");

    assertThat(Base.of(headers, true, false, "local:1", "/wd/hub"))
        .isEqualTo(new Base(true, "door.example:8443", "/wd/hub"));
  }

  @ParameterizedTest
  @CsvSource({"'a/b'", "'a b'", "'\"'", "''", "'x:99999999'", "'user@host'"})
  void aHeaderThatIsNoHostIsNotRepeated(String host) {
    assertThat(Base.of(Map.of("host", host), false, true, "127.0.0.1:4444", ""))
        .isEqualTo(new Base(true, "127.0.0.1:4444", ""));
    assertThat(Base.of(Map.of(), true, true, "127.0.0.1:4444", "").authority())
        .isEqualTo("127.0.0.1:4444");
  }
}
