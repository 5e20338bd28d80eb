package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RelayTunnelTest {
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: abc=\r\n\r\n";

  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);

  private RawClient upgrade(String path) throws IOException {
    return edge.client()
        .send(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: lb\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: key==\r\n\r\n");
  }

  /** Accepts the upgrade, sends a greeting in the same bytes, then echoes. */
  private static RawNode echo() throws IOException {
    return new RawNode(
        wire -> {
          wire.head();
          wire.write(SWITCHING + "hello");
          byte[] buffer = new byte[8192];
          for (int read = wire.read(buffer); read > 0; read = wire.read(buffer)) {
            wire.write(Arrays.copyOf(buffer, read));
          }
        });
  }

  @Test
  void bytesPassUntouchedAfterTheHandshake() throws Exception {
    try (RawNode node = echo()) {
      edge.session("s1", node.address("/wd/hub"));
      try (RawClient client = upgrade("/v0/token/wd/hub/session/s1/se/bidi?x=1")) {
        assertThat(client.head())
            .startsWith("HTTP/1.1 101 ")
            .containsIgnoringCase("connection: upgrade")
            .containsIgnoringCase("upgrade: websocket")
            .contains("Sec-WebSocket-Accept: abc=");
        assertThat(client.read(5)).isEqualTo("hello");
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
          all[i] = (byte) i;
        }
        client.send(all);
        assertThat(client.in.readNBytes(256)).isEqualTo(all);
        assertThat(edge.relay.openTunnels()).isEqualTo(1);
      }
      assertThat(node.heads().take())
          .startsWith("GET /wd/hub/session/s1/se/bidi?x=1 HTTP/1.1\r\n")
          .containsIgnoringCase("upgrade: websocket")
          .containsIgnoringCase("connection: upgrade")
          .contains("Sec-WebSocket-Key: key==")
          .doesNotContain("token");
      await().until(() -> edge.events.contains("tunnel closed s1 256 261"));
      assertThat(edge.events).contains("tunnel s1", "traffic s1");
    }
  }

  @Test
  void aSocketOfTheSessionMayListenElsewhere() throws Exception {
    try (RawNode elsewhere = echo()) {
      URI target = URI.create("ws://127.0.0.1:" + elsewhere.port() + "/devtools/browser/7");
      edge.session(
          "s1",
          RawNodeAddress.NOBODY,
          Duration.ofSeconds(20),
          Map.of("/session/s1/se/cdp", target));
      try (RawClient client = upgrade("/session/s1/se/cdp?a=b")) {
        assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      }
      assertThat(elsewhere.heads().take())
          .startsWith("GET /devtools/browser/7?a=b HTTP/1.1\r\n")
          .contains("127.0.0.1:" + elsewhere.port());
    }
  }

  /** An address where nothing listens. */
  private static final class RawNodeAddress {
    static final io.gridfleet.lb.node.NodeAddress NOBODY =
        io.gridfleet.lb.node.NodeAddress.of(URI.create("http://127.0.0.1:1"));
  }

  @Test
  void aRefusedHandshakeIsAnAnswerLikeAnyOther() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(403, "{\"value\":null}"))) {
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/bidi/s1")) {
        assertThat(client.answer()).startsWith("HTTP/1.1 403").endsWith("{\"value\":null}");
        assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void theEndOfOneDirectionPassesAndTheOtherGoesOn() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write(SWITCHING);
              int bytes = 0;
              while (wire.read() >= 0) {
                bytes++;
              }
              wire.write("read " + bytes);
            })) {
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/session/s1/x")) {
        client.head();
        client.send("12345");
        client.socket.shutdownOutput();

        assertThat(client.rest()).isEqualTo("read 5");
      }
    }
  }

  @Test
  void aNodeThatClosesEndsTheClientsSide() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write(SWITCHING + "\u0088\u0002\u0003\u00e8");
            })) {
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/session/s1/x")) {
        client.head();

        assertThat(client.in.readAllBytes()).isNotEmpty();
      }
    }
  }

  @Test
  void theEndOfTheSessionEndsItsSockets() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write(SWITCHING);
              try {
                wire.read();
              } finally {
                closed.countDown();
              }
            })) {
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/session/s1/x");
          RawClient other = upgrade("/session/s1/y")) {
        client.head();
        other.head();
        await().until(() -> edge.relay.openTunnels() == 2);
        edge.relay.closeTunnels(new SessionId("s1"));

        assertThat(client.rest()).isEmpty();
        assertThat(other.rest()).isEmpty();
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void aSessionHasALimitOfSockets() throws Exception {
    try (RawNode node = echo()) {
      edge.session("s1", node.address());
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        RawClient client = upgrade("/session/s1/x");
        client.head();
        clients.add(client);
      }
      await().until(() -> edge.relay.openTunnels() == 16);
      try (RawClient client = upgrade("/session/s1/x")) {
        assertThat(client.answer()).startsWith("HTTP/1.1 500").contains("16 sockets");
      }
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /** One session that leaks sockets doesn't take those of another. */
  @Test
  void eachSessionHasItsOwnSockets() throws Exception {
    try (RawNode node = echo()) {
      List<RawClient> clients = new ArrayList<>();
      for (String id : List.of("s1", "s2")) {
        edge.session(id, node.address());
        for (int i = 0; i < 16; i++) {
          RawClient client = upgrade("/session/" + id + "/x");
          assertThat(client.head()).startsWith("HTTP/1.1 101 ");
          clients.add(client);
        }
      }
      await().until(() -> edge.relay.openTunnels() == 32);
      clients.get(0).close();
      await().until(() -> edge.relay.openTunnels() == 31);
      try (RawClient other = upgrade("/session/s2/x");
          RawClient own = upgrade("/session/s1/x")) {
        assertThat(other.answer()).startsWith("HTTP/1.1 500").contains("16 sockets");
        assertThat(own.head()).startsWith("HTTP/1.1 101 ");
      }
      for (RawClient client : clients) {
        client.close();
      }
      await().until(() -> edge.relay.sessionsWithTunnels().isEmpty());
    }
  }

  @Test
  void handshakesAtOnceGetNoMoreSocketsThanOneAfterTheOther() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              waitFor(go);
              wire.write(SWITCHING);
              wire.read();
            })) {
      edge.session("s1", node.address());
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        clients.add(upgrade("/session/s1/x"));
      }
      await().until(() -> edge.reports.size() == 64 - 16);
      go.countDown();
      await().until(() -> edge.relay.openTunnels() == 16);
      assertThat(node.accepted()).isEqualTo(16);
      for (RawClient client : clients) {
        client.close();
      }
      await().until(() -> edge.relay.openTunnels() == 0);
    }
  }

  private static void waitFor(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aHandshakeThatFailsReleasesItsSlot() throws Exception {
    try (RawNode refusing = RawNode.answering(RawNode.json(403, "{}"));
        RawNode dying = new RawNode(RawNode.Wire::head);
        RawNode node = echo()) {
      for (int i = 0; i < 20; i++) {
        edge.session("s1", (i % 2 == 0 ? refusing : dying).address());
        try (RawClient client = upgrade("/session/s1/x")) {
          assertThat(client.head()).doesNotContain("101");
        }
      }
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/session/s1/x")) {
        assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      }
    }
  }

  @Test
  void aSideThatDoesNotReadSuspendsTheOther() throws Exception {
    CompletableFuture<Long> written = new CompletableFuture<>();
    long total = 64L * 1024 * 1024;
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write(SWITCHING);
              byte[] piece = new byte[16 * 1024];
              for (long sent = 0; sent < total; sent += piece.length) {
                wire.write(piece);
              }
              written.complete(total);
              wire.read();
            })) {
      edge.session("s1", node.address());
      try (RawClient client = upgrade("/session/s1/x")) {
        client.head();
        await().during(Duration.ofMillis(300)).until(() -> !written.isDone());
        assertThat(Edge.pinned()).isLessThan(8L * 1024 * 1024);
        long read = 0;
        while (read < total) {
          read += client.in.skip(total - read);
        }
        assertThat(written.get(20, TimeUnit.SECONDS)).isEqualTo(total);
      }
    }
  }
}
