package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.node.RawNode;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RelayLargeBodyTest {
  private static final long BODY = 300L * 1024 * 1024;

  /**
   * 64 MiB are allowed for a transfer of 1 GiB (decisions.md#sizes); one connection needs far less.
   */
  private static final long MAX_BUFFERS = 8L * 1024 * 1024;

  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);
  private final AtomicLong peak = new AtomicLong();

  private void look() {
    peak.accumulateAndGet(Edge.pinned(), Math::max);
  }

  @Test
  void anUploadPassesInBoundedMemory() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  byte[] buffer = new byte[256 * 1024];
                  long left = BODY;
                  while (left > 0) {
                    left -= wire.read(buffer);
                    look();
                  }
                  wire.write(RawNode.json(200, "{\"value\":" + (BODY - left) + "}"));
                  wire.read();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.send(
          "POST /session/s1/appium/device/push_file HTTP/1.1\r\nHost: lb\r\nContent-Length: "
              + BODY
              + "\r\n\r\n");
      byte[] piece = new byte[256 * 1024];
      for (long sent = 0; sent < BODY; sent += piece.length) {
        client.send(piece);
      }

      assertThat(client.answer()).endsWith("{\"value\":" + BODY + "}");
      Awaitility.await().until(() -> !edge.reports.isEmpty());
      assertThat(edge.reports.get(0).requestBytes()).isEqualTo(BODY);
      assertThat(peak.get()).isLessThan(MAX_BUFFERS);
    }
  }

  @Test
  void aDownloadPassesInBoundedMemory() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                  byte[] piece = new byte[256 * 1024];
                  for (long sent = 0; sent < BODY; sent += piece.length) {
                    wire.write("40000\r\n");
                    wire.write(piece);
                    wire.write("\r\n");
                    look();
                  }
                  wire.write("0\r\n\r\n");
                  wire.read();
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      client.get("/session/s1/file");
      client.head();
      long read = 0;
      byte[] buffer = new byte[256 * 1024];
      while (read < BODY) {
        read += client.in.read(buffer);
        look();
      }
      client.socket.shutdownOutput();
      while (client.in.read(buffer) > 0) {
        look();
      }

      Awaitility.await().until(() -> !edge.reports.isEmpty());
      assertThat(edge.reports.get(0).answerBytes()).isEqualTo(BODY);
      assertThat(peak.get()).isLessThan(MAX_BUFFERS);
    }
  }

  @Test
  void aClientThatReadsNothingIsDisconnected() throws Exception {
    try (RawNode node =
            new RawNode(
                wire -> {
                  wire.head();
                  wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
                  byte[] piece = new byte[256 * 1024];
                  for (long sent = 0; sent < BODY; sent += piece.length) {
                    wire.write(piece);
                    look();
                  }
                });
        RawClient client = edge.client()) {
      edge.session("s1", node.address(), java.time.Duration.ofMillis(300), java.util.Map.of());
      client.get("/session/s1/file");
      Awaitility.await().until(() -> edge.door.connections() == 0);

      assertThat(peak.get()).isLessThan(MAX_BUFFERS);
    }
  }
}
