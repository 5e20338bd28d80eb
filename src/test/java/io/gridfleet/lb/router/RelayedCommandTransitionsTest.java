package io.gridfleet.lb.router;

import static io.gridfleet.lb.state.Transitions.awaitVisited;
import static io.gridfleet.lb.state.Transitions.isVisited;
import static io.gridfleet.lb.state.Transitions.unvisited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.LoggedMistakes;
import io.gridfleet.lb.node.AnswerSink;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.RawNode;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.relay.RelayTables;
import io.gridfleet.lb.relay.RequestSink;
import io.gridfleet.lb.state.StateTable;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Visits each transition of a relayed command over real connections. */
@ExtendWith(LeakCheck.class)
final class RelayedCommandTransitionsTest {
  private static final StateTable<?, ?, ?> TABLE = RelayTables.relayedCommand();
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
  private static final String UPGRADE =
      " HTTP/1.1\r\nHost: lb\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: key==\r\n\r\n";
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

  /** More than all buffers of a loopback connection hold. */
  private static final int MANY = 32 * 1024 * 1024;

  /** The client's channel is unwritable above this many bytes. */
  private static final int HIGH_WATER = 256 * 1024;

  private final CountDownLatch go = new CountDownLatch(1);
  @RegisterExtension final Edge edge = new Edge();

  @AfterEach
  void noNodeWaits() {
    go.countDown();
  }

  @AfterAll
  static void everyTransitionIsVisited() {
    assertThat(unvisited(TABLE)).isEmpty();
  }

  private void held() throws IOException {
    try {
      if (!go.await(20, TimeUnit.SECONDS)) {
        throw new IOException("the test doesn't go on");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void ended(Outcome... outcomes) {
    await().until(() -> edge.reports.size() == outcomes.length);
    assertThat(edge.reports).extracting(CommandReport::outcome).containsExactly(outcomes);
  }

  @Test
  void aCommandUsesANewConnectionAndThenThePooledOne() throws Exception {
    try (RawNode node = RawNode.answering(RawNode.json(200, "{}"));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        assertThat(client.request("POST /session/s1/x", "{}").answer()).endsWith("{}");
      }
      assertThat(node.accepted()).isEqualTo(1);
      ended(Outcome.ANSWERED, Outcome.ANSWERED);
      awaitVisited(
          TABLE,
          "STARTING PENDING",
          "CONNECTING REQUEST_PART",
          "CONNECTING REQUEST_READ",
          "CONNECTING CONNECTED",
          "STARTING CONNECTED",
          "SENDING REQUEST_PART",
          "SENDING REQUEST_READ",
          "SENDING ANSWER_HEAD",
          "ANSWERING ANSWER_END");
    }
  }

  @Test
  void aNodeAnswersWhileItReadsTheRequest() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.1 100 Continue\r\n\r\n");
                  wire.read(3);
                  wire.write(HEAD + "abc");
                  wire.read(3);
                  wire.write("def");
                  wire.read();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nExpect: 100-continue\r\n"
              + "Content-Length: 6\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 100 ");
      client.send("ABC");
      assertThat(client.head()).startsWith("HTTP/1.1 200");
      assertThat(client.read(3)).isEqualTo("abc");
      client.send("DEF");
      assertThat(client.read(3)).isEqualTo("def");
      ended(Outcome.ANSWERED);
      awaitVisited(
          TABLE,
          "SENDING INTERIM_ANSWER",
          "SENDING ANSWER_READ",
          "ANSWERING ANSWER_PART",
          "ANSWERING ANSWER_READ",
          "ANSWERING REQUEST_PART",
          "ANSWERING REQUEST_READ");
    }
  }

  @Test
  void aNodeThatDoesNotReadHoldsTheClientBack() throws Exception {
    try (RawNode node =
        new RawNode(
            wire -> {
              boolean answersFirst = wire.head().contains("/early");
              if (answersFirst) {
                wire.write(HEAD + "abc");
              }
              held();
              wire.read(MANY);
              wire.write(answersFirst ? "def" : HEAD + "abcdef");
              wire.read();
            })) {
      edge.session("s1", node.address());
      Thread late = upload("/session/s1/late");
      awaitVisited(TABLE, "SENDING NODE_WRITABILITY");
      Thread early = upload("/session/s1/early");
      awaitVisited(TABLE, "ANSWERING NODE_WRITABILITY");
      go.countDown();
      late.join();
      early.join();
      ended(Outcome.ANSWERED, Outcome.ANSWERED);
    }
  }

  private Thread upload(String path) {
    Thread thread =
        new Thread(
            () -> {
              try (RawClient client = edge.client()) {
                client.send(
                    "POST "
                        + path
                        + " HTTP/1.1\r\nHost: lb\r\nContent-Length: "
                        + MANY
                        + "\r\n\r\n");
                if (path.endsWith("early")) {
                  client.head();
                }
                client.send(new byte[MANY]);
                client.in.readNBytes(HEAD.length());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void aClientThatDoesNotReadHoldsTheNodeBack() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + MANY + "\r\n\r\n");
                  wire.write(new byte[MANY]);
                  wire.read();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/x");
      awaitVisited(TABLE, "ANSWERING CLIENT_WRITABILITY");
      client.head();
      assertThat(client.in.readNBytes(MANY)).hasSize(MANY);
      ended(Outcome.ANSWERED);
    }
  }

  @Test
  void interimAnswersThatAClientDoesNotReadHoldTheNodeBack() throws Exception {
    String interim = "HTTP/1.1 100 Continue\r\n\r\n";
    int count = MANY / interim.length();
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  byte[] some = interim.repeat(1000).getBytes("US-ASCII");
                  for (int sent = 0; sent < count; sent += 1000) {
                    wire.write(some);
                  }
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/x HTTP/1.1\r\nHost: lb\r\nExpect: 100-continue\r\n"
              + "Content-Length: 6\r\n\r\n");
      awaitVisited(TABLE, "SENDING CLIENT_WRITABILITY");
    }
  }

  /**
   * An answer that is read at once, so that nothing is flushed before its last part, and that is
   * about as large as the client's high water mark. The node's connection has carried much data
   * before: the kernel's buffer has grown.
   */
  @Test
  void theEndOfAnAnswerMayFillTheWayToTheClient() throws Exception {
    try (RawNode node = new RawNode(this::answerWhileTheLoopIsHeld);
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int length = HIGH_WATER - 4096; length < HIGH_WATER + 1024; length += 128) {
        for (int bytes : new int[] {MANY, length}) {
          client.get("/session/s1/" + bytes).head();
          assertThat(client.in.readNBytes(bytes)).hasSize(bytes);
        }
        if (isVisited(TABLE, "OVER CLIENT_WRITABILITY")) {
          break;
        }
      }
      awaitVisited(TABLE, "OVER CLIENT_WRITABILITY");
    }
  }

  private void answerWhileTheLoopIsHeld(RawNode.Wire wire) throws IOException {
    EventLoop loop = edge.loops.group().next();
    for (String head = wire.head(); !head.isEmpty(); head = wire.head()) {
      int bytes = Integer.parseInt(head.replaceAll("(?s)GET /session/s1/(\\d+) .*", "$1"));
      CountDownLatch written = new CountDownLatch(bytes == MANY ? 0 : 1);
      loop.execute(() -> awaitLatch(written));
      wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
      wire.write(new byte[bytes]);
      written.countDown();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aNodeMayFailAtEachStep() throws Exception {
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = listener.getLocalPort();
    }
    try (RawNode dies = new RawNode(RawNode.Wire::head);
        RawNode cuts =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write(HEAD + "abc");
                });
        RawClient client = edge.client()) {
      edge.session("s1", NodeAddress.of(URI.create("http://127.0.0.1:" + port)));
      assertThat(client.get("/session/s1/x").answer()).startsWith("HTTP/1.1 500");
      edge.session("s1", dies.address());
      assertThat(client.get("/session/s1/x").answer()).startsWith("HTTP/1.1 500");
      edge.session("s1", cuts.address());
      assertThat(client.get("/session/s1/x").rest()).endsWith("\r\n\r\nabc");
      ended(Outcome.NODE_FAILED, Outcome.NODE_FAILED, Outcome.NODE_FAILED);
      awaitVisited(TABLE, "CONNECTING FAILED", "SENDING FAILED", "ANSWERING FAILED");
    }
  }

  /** A node that runs its steps on a connection, and then waits until it is closed. */
  private RawNode silent(String answer) throws IOException {
    return new RawNode(
        wire -> {
          wire.head();
          wire.write(answer);
          wire.read();
        });
  }

  /** Accepts connections and never answers a TLS handshake. */
  private static NodeAddress neverConnects(RawNode node) {
    return NodeAddress.of(URI.create("https://127.0.0.1:" + node.port()));
  }

  @Test
  void theTimeMayBeOverAtEachStep() throws Exception {
    try (RawNode deaf = new RawNode(wire -> held());
        RawNode silent = silent("");
        RawNode pauses = silent(HEAD + "abc");
        RawClient client = edge.client()) {
      edge.session("s1", neverConnects(deaf), SHORT, Map.of());
      assertThat(client.get("/session/s1/x").answer()).contains("\"timeout\"");
      edge.session("s1", silent.address(), SHORT, Map.of());
      assertThat(client.get("/session/s1/x").answer()).contains("\"timeout\"");
      edge.session("s1", pauses.address(), SHORT, Map.of());
      assertThat(client.get("/session/s1/x").rest()).endsWith("\r\n\r\nabc");
      ended(Outcome.TIMED_OUT, Outcome.TIMED_OUT, Outcome.TIMED_OUT);
      awaitVisited(TABLE, "CONNECTING TIMED_OUT", "SENDING TIMED_OUT", "ANSWERING TIMED_OUT");
    }
  }

  @Test
  void theClientMayLeaveAtEachStep() throws Exception {
    try (RawNode deaf = new RawNode(wire -> held());
        RawNode silent = silent("");
        RawNode pauses = silent(HEAD + "abc")) {
      edge.session("s1", neverConnects(deaf));
      try (RawClient client = edge.client()) {
        client.get("/session/s1/x");
        await().until(() -> deaf.accepted() == 1);
      }
      ended(Outcome.CLIENT_LEFT);
      edge.session("s1", silent.address());
      try (RawClient client = edge.client()) {
        client.get("/session/s1/x");
        silent.heads().take();
      }
      ended(Outcome.CLIENT_LEFT, Outcome.CLIENT_LEFT);
      edge.session("s1", pauses.address());
      try (RawClient client = edge.client()) {
        client.get("/session/s1/x").head();
      }
      ended(Outcome.CLIENT_LEFT, Outcome.CLIENT_LEFT, Outcome.CLIENT_LEFT);
      go.countDown();
      awaitVisited(
          TABLE,
          "CONNECTING CLIENT_GONE",
          "SENDING CLIENT_GONE",
          "ANSWERING CLIENT_GONE",
          "OVER FAILED");
    }
  }

  @Test
  void aConnectionThatComesAfterTheClientLeftIsClosed() throws Exception {
    String row = "OVER CONNECTED";
    for (int attempt = 1; attempt <= 5 && (attempt == 1 || !isVisited(TABLE, row)); attempt++) {
      try (FullListener node = new FullListener()) {
        edge.session("s1", node.address());
        try (RawClient client = edge.client()) {
          client.get("/session/s1/x");
          int begun = attempt;
          await().until(() -> edge.started.size() == begun);
        }
        int over = attempt;
        await().until(() -> edge.reports.size() == over);
        node.accept();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        await().until(() -> isVisited(TABLE, row) || System.nanoTime() - end > 0);
      }
    }
    awaitVisited(TABLE, row);
  }

  @Test
  void aHandshakeOpensATunnelOrIsRefused() throws Exception {
    try (RawNode node = silent(SWITCHING)) {
      edge.session("s1", node.address());
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        RawClient client = edge.client().send("GET /session/s1/x" + UPGRADE);
        assertThat(client.head()).startsWith("HTTP/1.1 101");
        clients.add(client);
      }
      // Found in the store only: its body is buffered meanwhile.
      edge.stored.put(new SessionId("s1"), edge.session("s1", node.address()));
      edge.sessions.clear();
      RawClient refused = edge.client().send("GET /session/s1/x" + UPGRADE);
      assertThat(refused.answer()).startsWith("HTTP/1.1 500").contains("16 sockets");
      refused.close();
      for (RawClient client : clients) {
        client.close();
      }
      awaitVisited(
          TABLE,
          "SENDING SWITCHING_HEAD",
          "SWITCHING ANSWER_END",
          "STARTING REFUSED",
          "OVER REQUEST_PART",
          "OVER REQUEST_READ");
    }
  }

  @Test
  void aSocketWithAnAddressThatIsNoneFailsAtTheStart() throws Exception {
    Map<String, URI> sockets = Map.of("/session/s1/x", URI.create("mailto:nobody"));
    edge.session("s1", NodeAddress.of(URI.create("http://127.0.0.1:1")), SHORT, sockets);
    for (int i = 0; i < 20; i++) {
      try (RawClient client = edge.client()) {
        client.send("GET /session/s1/x" + UPGRADE);
        assertThat(client.rest()).startsWith("HTTP/1.1 500").contains("see the log");
      }
    }
    awaitVisited(TABLE, "STARTING CLIENT_GONE");
  }

  /** A real connection never makes these calls. */
  @Test
  void anEventWithoutARowIsLoggedAndEndsTheCommand() throws Exception {
    EventLoop loop = edge.loops.group().next();
    try (RawNode node = silent("");
        LoggedMistakes log = new LoggedMistakes(Relay.class)) {
      RecordedFront early = new RecordedFront(loop);
      HttpContent part =
          new DefaultHttpContent(PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(8));
      RequestSink unstarted = forward(early, node, false);
      loop.submit(() -> unstarted.content(part)).get();
      assertThat(early.answers).containsExactly("whole 500");
      assertThat(part.refCnt()).isZero();

      RecordedFront twice = new RecordedFront(loop);
      RequestSink switched = forward(twice, node, true);
      loop.submit(
              () -> {
                switched.start();
                switched.content(LastHttpContent.EMPTY_LAST_CONTENT);
              })
          .get();
      node.heads().take();
      for (int i = 0; i < 2; i++) {
        loop.submit(
                () ->
                    ((AnswerSink) switched)
                        .answerHead(
                            new DefaultHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS)))
            .get();
      }
      assertThat(twice.answers).containsExactly("whole 500");
      assertThat(log.messages())
          .containsExactly(
              "relayed command: unexpected event REQUEST_PART in state STARTING",
              "relayed command: unexpected event SWITCHING_HEAD in state SWITCHING");
      ended(Outcome.NODE_FAILED, Outcome.NODE_FAILED);
    }
  }

  private RequestSink forward(RecordedFront front, RawNode node, boolean handshake) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    if (handshake) {
      head.headers().set("Connection", "Upgrade").set("Upgrade", "websocket");
    }
    return edge.relay.forward(front, head, "/session/s1/x", edge.session("s1", node.address()));
  }
}
