package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.node.RawNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that a node sends after an answer reach no other request. */
final class StrayNodeBytesTest {
  /** A client's first request may come late: another one is served before. */
  private static final HttpLimits SLOW_CLIENTS =
      new HttpLimits(
          Edge.LIMITS.requestLine(),
          Edge.LIMITS.headers(),
          Edge.LIMITS.gatheredBody(),
          Edge.LIMITS.idle(),
          Edge.LIMITS.bodyPause(),
          Edge.LIMITS.idle());

  private static final String[] STRAY = {
    RawNode.json(200, "stray"),
    "HTTP/1.1 200 OK\r\nContent-",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "\r\n",
    "{\"value\":\"stray\"}",
    "x",
  };

  /** By its headers alone the connection could persist. */
  private static final String NOTHING = "204 No Content\r\nContent-Length: 0";

  /** What is sent after the answer to one request, and how. */
  private record Step(String method, Kind kind, When when, String stray) {
    static Step of(Random random) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      return new Step(
          kind == Kind.HEAD ? "HEAD" : random.nextBoolean() ? "GET" : "POST",
          kind,
          When.values()[random.nextInt(When.values().length)],
          STRAY[random.nextInt(STRAY.length)]);
    }
  }

  private enum Kind {
    LENGTH,
    CHUNKED,
    HEAD,
    NO_CONTENT,
    NOT_MODIFIED;

    String answer(String id) {
      return switch (this) {
        case LENGTH, HEAD -> "HTTP/1.1 200 OK\r\nX-Id: " + id + "\r\nContent-Length: 2\r\n\r\n";
        case CHUNKED ->
            "HTTP/1.1 200 OK\r\nX-Id: "
                + id
                + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        case NO_CONTENT -> "HTTP/1.1 204 No Content\r\nX-Id: " + id + "\r\n\r\n";
        case NOT_MODIFIED ->
            "HTTP/1.1 304 Not Modified\r\nX-Id: " + id + "\r\nContent-Length: 2\r\n\r\n";
      };
    }

    String body() {
      return this == LENGTH ? "{}" : "";
    }
  }

  private enum When {
    NEVER,
    IN_THE_SAME_SEGMENT,
    AFTERWARDS,
    WITH_THE_NEXT_REQUEST
  }

  /** A node that answers according to its steps. */
  private static final class StrayNode {
    final Map<String, Step> steps = new ConcurrentHashMap<>();
    final Map<String, CountDownLatch> go = new ConcurrentHashMap<>();
    final Map<String, CountDownLatch> strayed = new ConcurrentHashMap<>();

    void serve(RawNode.Wire wire) throws IOException {
      for (String head = wire.head(); !head.isEmpty(); head = wire.head()) {
        wire.body(head);
        String path = head.split(" ", 3)[1];
        String id = path.substring(path.lastIndexOf('/') + 1);
        Step step = steps.get(id);
        String answer = step.kind().answer(id) + step.kind().body();
        switch (step.when()) {
          case NEVER -> wire.write(answer);
          case IN_THE_SAME_SEGMENT -> wire.write(answer + step.stray());
          case AFTERWARDS, WITH_THE_NEXT_REQUEST -> {
            wire.write(answer);
            waitFor(go.get(id));
            wire.write(step.stray());
          }
        }
        strayed.get(id).countDown();
      }
    }

    void stray(String id) throws InterruptedException {
      go.get(id).countDown();
      assertThat(strayed.get(id).await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void waitFor(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void noRequestSeesWhatANodeSentAfterAnotherAnswer(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    StrayNode script = new StrayNode();
    try (Edge edge = new Edge(SLOW_CLIENTS);
        RawNode node = new RawNode(script::serve);
        RawClient one = edge.client();
        RawClient other = edge.client()) {
      edge.session("s1", node.address());
      edge.session("s2", node.address());
      CountDownLatch held = null;
      for (int i = 0; i < 40; i++) {
        Step step = Step.of(random);
        boolean first = random.nextBoolean();
        RawClient client = first ? one : other;
        String id = "n" + i;
        script.steps.put(id, step);
        script.go.put(id, new CountDownLatch(1));
        script.strayed.put(id, new CountDownLatch(1));
        String request =
            step.method()
                + (first ? " /session/s1/" : " /session/s2/")
                + id
                + " HTTP/1.1\r\nHost: lb\r\nContent-Length: 0\r\n\r\n";
        client.send(request);
        if (held != null) {
          script.stray("n" + (i - 1));
          held.countDown();
          held = null;
        }
        String head = client.head();
        assertThat(head).contains("X-Id: " + id + "\r\n");
        if (step.kind() == Kind.LENGTH) {
          assertThat(client.read(2)).isEqualTo("{}");
        } else if (step.kind() == Kind.CHUNKED) {
          assertThat(client.read(12)).isEqualTo("2\r\n{}\r\n0\r\n\r\n");
        }
        if (step.when() == When.WITH_THE_NEXT_REQUEST && i < 39) {
          held = holdLoop(edge);
        } else {
          script.stray(id);
        }
      }
    }
  }

  /** Holds the event loop until the latch opens: what arrives meanwhile waits in the kernel. */
  private static CountDownLatch holdLoop(Edge edge) throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    edge.loops
        .group()
        .next()
        .execute(
            () -> {
              held.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
    return release;
  }

  @Test
  void theNextRequestInOneGoIsNotAnsweredByWhatIsLeftOver() throws Exception {
    try (Edge edge = new Edge();
        RawNode node =
            new RawNode(
                wire -> {
                  String head = wire.head();
                  String stray = head.contains("/first") ? RawNode.json(200, "stray") : "";
                  wire.write(RawNode.json(200, head.split(" ", 3)[1]) + stray);
                  wire.head();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "GET /session/s1/first HTTP/1.1\r\nHost: lb\r\n\r\n"
              + "GET /session/s1/second HTTP/1.1\r\nHost: lb\r\n\r\n");

      assertThat(client.answer()).endsWith("/session/s1/first");
      assertThat(client.answer()).endsWith("/session/s1/second");
    }
  }

  @Test
  void aBodyAfterAnAnswerToHeadIsDropped() throws Exception {
    String body = "x".repeat(665);
    try (Edge edge = new Edge();
        RawNode node =
            new RawNode(
                wire -> {
                  for (String head = wire.head(); !head.isEmpty(); head = wire.head()) {
                    String echoed = head.startsWith("HEAD") ? body : head.split(" ", 3)[1];
                    String answer = RawNode.json(200, echoed);
                    wire.write(answer.substring(0, answer.length() - echoed.length()));
                    wire.write(echoed.getBytes(StandardCharsets.ISO_8859_1));
                  }
                });
        RawClient heads = edge.client();
        RawClient other = edge.client()) {
      edge.session("s1", node.address());
      edge.session("s2", node.address());
      for (int i = 0; i < 200; i++) {
        heads.send("HEAD /session/s1/x HTTP/1.1\r\nHost: lb\r\n\r\n");
        other.get("/session/s2/" + i);
        assertThat(heads.head()).contains("Content-Length: 665");
        assertThat(other.answer()).startsWith("HTTP/1.1 200").endsWith("/session/s2/" + i);
      }
    }
  }

  /** A node may send such a body so late that nothing can be read beforehand. */
  @ParameterizedTest
  @EnumSource(names = {"HEAD", "NO_CONTENT", "NOT_MODIFIED"})
  void afterAnAnswerWithoutBodyTheNextRequestHasAnotherConnection(Kind kind) throws Exception {
    try (Edge edge = new Edge();
        RawNode node =
            new RawNode(
                wire -> {
                  String head = wire.head();
                  if (head.contains("/first")) {
                    wire.write(kind.answer("first").replace("204 No Content", NOTHING));
                    head = wire.head();
                    wire.write(head.isEmpty() ? "" : RawNode.json(200, "late"));
                  }
                  wire.write(head.isEmpty() ? "" : RawNode.json(200, "second"));
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      String method = kind == Kind.HEAD ? "HEAD" : "GET";
      client.send(method + " /session/s1/first HTTP/1.1\r\nHost: lb\r\n\r\n");
      assertThat(client.head()).contains("X-Id: first");

      assertThat(client.get("/session/s1/second").answer()).endsWith("second");
    }
  }
}
