package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that sends requests and doesn't read holds little memory, for a limited time. */
final class SlowReaderTest {
  private static final int REQUESTS = 64;

  private static RawClient asking(Edge edge) throws Exception {
    return edge.client().send("GET /api/large HTTP/1.1\r\nHost: lb\r\n\r\n".repeat(REQUESTS));
  }

  @Test
  void nothingIsServedAheadOfWhatTheClientHasTaken() throws Exception {
    try (Edge edge = new Edge(Edge.PATIENT);
        RawClient client = asking(edge)) {
      await()
          .during(Duration.ofMillis(500))
          .until(() -> Edge.pinned() < 4 * Edge.LARGE && edge.created.size() < REQUESTS / 2);
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(client.head()).containsIgnoringCase("content-length: " + Edge.LARGE);
        assertThat(client.read(Edge.LARGE)).containsOnlyOnce("x".repeat(Edge.LARGE));
      }
      assertThat(client.get("/healthz").answer()).endsWith("Health[]");
    }
  }

  /** The unsent part takes none of the memory that sockets share. */
  @Test
  void oneLargeAnswerIsWrittenAsItIsTaken() throws Exception {
    try (Edge edge = new Edge(Edge.PATIENT);
        RawClient client = edge.client()) {
      client.get("/api/huge");
      await().during(Duration.ofMillis(300)).until(() -> Edge.pinned() < Edge.LARGE);
      assertThat(client.head()).containsIgnoringCase("content-length: " + 16 * Edge.LARGE);
      for (int i = 0; i < 16; i++) {
        client.read(Edge.LARGE);
      }
      assertThat(client.get("/healthz").answer()).endsWith("Health[]");
    }
  }

  /** Many times what the sockets' own buffers hold. */
  @Test
  void answersInOnePieceAreNotServedAheadEither() throws Exception {
    int requests = 1_000;
    try (Edge edge = new Edge(Edge.PATIENT);
        RawClient client = edge.client()) {
      client.send("GET /api/medium HTTP/1.1\r\nHost: lb\r\n\r\n".repeat(requests));
      await()
          .during(Duration.ofMillis(500))
          .until(() -> Edge.pinned() < 4 * Edge.LARGE && edge.created.size() < requests / 2);
      for (int i = 0; i < requests; i++) {
        assertThat(client.head()).containsIgnoringCase("content-length: " + Edge.MEDIUM);
        client.read(Edge.MEDIUM);
      }
    }
  }

  @Test
  void aClientThatTakesNothingIsClosedAfterThePause() throws Exception {
    try (Edge edge = new Edge();
        RawClient client = asking(edge)) {
      await().until(() -> edge.created.size() > 0);
      await().atMost(Duration.ofSeconds(20)).until(() -> edge.door.connections() == 0);
      edge.created.get(edge.created.size() - 1).clientLeft().get(20, TimeUnit.SECONDS);
      assertThat(client.socket.isClosed()).isFalse();
    }
  }

  @Test
  void aHeadAnswerOfALargeBodyHasNoBody() throws Exception {
    try (Edge edge = new Edge();
        RawClient client = edge.client()) {
      client.send("HEAD /api/large HTTP/1.1\r\nHost: lb\r\n\r\n");
      assertThat(client.head()).containsIgnoringCase("content-length: " + Edge.LARGE);
      assertThat(client.get("/healthz").answer()).endsWith("Health[]");
    }
  }

  /** The last piece of such an answer fills the channel, and its flush frees the channel. */
  @Test
  void theRequestAfterALargeAnswerIsNotifiedOfTheDisconnection() throws Exception {
    try (Edge edge = new Edge(Edge.PATIENT)) {
      try (RawClient client = edge.client()) {
        client.send(
            "GET /api/large/262144 HTTP/1.1\r\nHost: lb\r\n\r\n"
                + "GET /api/wait HTTP/1.1\r\nHost: lb\r\n\r\n");
        client.head();
        assertThat(client.in.readNBytes(256 * 1024)).hasSize(256 * 1024);
        await().until(() -> edge.created.size() == 2);
      }
      edge.created.get(1).clientLeft().get(20, TimeUnit.SECONDS);
    }
  }
}
