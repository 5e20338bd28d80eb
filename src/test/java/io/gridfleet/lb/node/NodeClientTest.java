package io.gridfleet.lb.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.lab.TestTransport;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NodeClientTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final EventLoops started = TestTransport.oneLoop();
  private final EventLoopGroup loops = started.group();
  private final EventLoop loop = loops.next();
  private final NodeConnections connections = connections(Duration.ofMillis(300));
  private final NodeClient client = new NodeClient(connections, loops);

  @AfterEach
  void nothingStaysOpen() {
    await().until(() -> connections.open() == 0);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private NodeConnections connections(Duration idle) {
    return new NodeConnections(
        started.transport(), started.deadlines(), Duration.ofSeconds(2), idle, NodeTrust.ofJava());
  }

  private NodeAnswer answer(NodeAddress node, NodeRequest request) throws Exception {
    return client.send(node, request, loop).get(20, TimeUnit.SECONDS);
  }

  private void assertFails(CompletableFuture<NodeAnswer> answer, NodeFailure.Kind kind) {
    assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            NodeFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void aCreationCarriesItsKeyAndItsBodyUnderTheBasePath() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{\"value\":{\"ü\":1}}"))) {
      NodeAnswer answer =
          answer(
              node.address("/wd/hub"),
              NodeRequest.create("{\"capabilities\":{}}".getBytes(UTF_8), "key-1", LONG));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(new String(answer.body(), UTF_8)).isEqualTo("{\"value\":{\"ü\":1}}");
      assertThat(answer.headers()).containsEntry("content-type", "application/json; charset=utf-8");
      assertThat(node.heads().take())
          .startsWith("POST /wd/hub/session HTTP/1.1\r\n")
          .containsIgnoringCase("x-idempotency-key: key-1\r\n")
          .containsIgnoringCase("content-length: 19\r\n")
          .containsIgnoringCase("host: " + node.address().authority() + "\r\n");
    }
  }

  @Test
  void whatIsNotWantedAnyMoreWhenItCouldBeSentIsNotSent() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"))) {
      NodeRequest create = NodeRequest.create("{}".getBytes(UTF_8), "key-1", LONG);

      assertFails(
          client.send(node.address(), create.onlyIf(() -> false)), NodeFailure.Kind.WITHDRAWN);

      assertThat(node.heads()).isEmpty();
      assertThat(answer(node.address(), create.onlyIf(() -> true)).status()).isEqualTo(200);
    }
  }

  @Test
  void aConnectionIsUsedAgainAndClosesWhenIdle() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"))) {
      for (int i = 0; i < 5; i++) {
        answer(node.address(), NodeRequest.get("/status", LONG));
      }

      assertThat(node.accepted()).isEqualTo(1);
      await().until(() -> connections.open() == 0);
    }
  }

  @Test
  void aConnectionThatTheNodeKeepsForNoTimeIsNotUsedAgain() throws Exception {
    String answer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    try (RawNode node = RawNode.answering(answer)) {
      answer(node.address(), NodeRequest.get("/status", LONG));
      assertThat(answer(node.address(), NodeRequest.get("/status", LONG)).body()).hasSize(2);

      assertThat(node.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aBodyThatEndsWithTheConnectionIsWhole() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write("HTTP/1.0 200 OK\r\n\r\nall of it");
            })) {
      NodeAnswer answer = answer(node.address(), NodeRequest.get("/status", LONG));

      assertThat(new String(answer.body(), UTF_8)).isEqualTo("all of it");
    }
  }

  @Test
  void aRefusalDiffersFromATimeout() throws Exception {
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = listener.getLocalPort();
    }
    NodeAddress nobody = NodeAddress.of(URI.create("http://127.0.0.1:" + port));

    assertFails(client.send(nobody, NodeRequest.get("/status", LONG)), NodeFailure.Kind.REFUSED);
  }

  @Test
  void anUnknownNameCannotBeReached() {
    NodeAddress nobody = NodeAddress.of(URI.create("http://no-such-node.invalid:4723"));

    assertThatThrownBy(() -> answer(nobody, NodeRequest.get("/status", LONG)))
        .cause()
        .isInstanceOfSatisfying(
            NodeFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(NodeFailure.Kind.UNREACHABLE));
  }

  @Test
  void aNodeThatClosesBeforeItsAnswerIsNotRetried() throws Exception {
    try (RawNode node = new RawNode(RawNode.Wire::head)) {
      assertFails(
          client.send(node.address(), NodeRequest.create("{}".getBytes(UTF_8), "k", LONG)),
          NodeFailure.Kind.RESET);
      assertThat(node.accepted()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerCutShortIsNone() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}");
            })) {
      assertFails(
          client.send(node.address(), NodeRequest.get("/status", LONG)), NodeFailure.Kind.RESET);
    }
  }

  @Test
  void garbageIsABadAnswer() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write("garbage without an end\r\n\r\nmore");
              wire.read();
            })) {
      assertFails(
          client.send(node.address(), NodeRequest.get("/status", LONG)),
          NodeFailure.Kind.BAD_ANSWER);
    }
  }

  @Test
  void aSilentNodeCostsItsDeadlineAndItsConnection() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawNode node = silent(closed)) {
      assertFails(
          client.send(node.address(), NodeRequest.get("/status", Duration.ofMillis(200))),
          NodeFailure.Kind.TIMED_OUT);
      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void cancellingClosesTheConnection() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawNode node = silent(closed)) {
      CompletableFuture<NodeAnswer> answer =
          client.send(node.address(), NodeRequest.create("{}".getBytes(UTF_8), "k", LONG));
      node.heads().take();
      answer.cancel(true);

      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
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
  void anEndlessAnswerIsTooLarge() throws Exception {
    byte[] piece = new byte[64 * 1024];
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
              while (true) {
                wire.write(piece);
              }
            })) {
      assertFails(
          client.send(node.address(), NodeRequest.get("/status", LONG)),
          NodeFailure.Kind.TOO_LARGE);
    }
  }

  @Test
  void theNodesKeepAliveLimitIsUsed() throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n";
    NodeConnections patient = connections(Duration.ofMinutes(1));
    try (RawNode node = RawNode.answering(answer)) {
      new NodeClient(patient, loops)
          .send(node.address(), NodeRequest.get("/status", LONG), loop)
          .get(20, TimeUnit.SECONDS);

      await().until(() -> patient.open() == 0);
    }
  }

  @Test
  void bytesThatArriveOnAnIdleConnectionCloseIt() throws Exception {
    NodeConnections patient = connections(Duration.ofMinutes(1));
    CountDownLatch go = new CountDownLatch(1);
    try (RawNode node =
        new RawNode(
            wire -> {
              wire.head();
              wire.write(RawNode.json(200, "{}"));
              waitFor(go);
              wire.write("HTT");
              wire.read();
            })) {
      new NodeClient(patient, loops)
          .send(node.address(), NodeRequest.get("/status", LONG), loop)
          .get(20, TimeUnit.SECONDS);
      assertThat(patient.open()).isEqualTo(1);
      go.countDown();

      await().until(() -> patient.open() == 0);
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
  void anUnrequestedSwitchOfProtocolsClosesTheConnection() throws Exception {
    NodeConnections patient = connections(Duration.ofMinutes(1));
    try (RawNode node =
        RawNode.answering(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")) {
      assertFails(
          new NodeClient(patient, loops)
              .send(node.address(), NodeRequest.get("/status", LONG), loop),
          NodeFailure.Kind.BAD_ANSWER);

      await().until(() -> patient.open() == 0);
    }
  }
}
