package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand connections that never finish a request, against the jar in its own process. */
class HalfOpenIT {
  private static final int CONNECTIONS = 10_000;

  /** Buffers of that many connections come and go; a leak of one page each would be 40 MiB. */
  private static final long MAX_GROWTH_KIB = 160 * 1024;

  private static final String LAB =
      """
      store: "sqlite::memory:"
      router: {headTimeout: 3s}
      nodes:
        - url: http://127.0.0.1:9
          devices: [{udid: nobody, platformName: Android}]
      """;

  @Test
  void theyAreClosedInTheirBoundAndOthersAreServedMeanwhile() throws Exception {
    List<SocketChannel> open = new ArrayList<>();
    try (FrontDoorProcess door = FrontDoorProcess.over(LAB, List.of())) {
      long before = residentKib(door.pid());
      for (int i = 0; i < CONNECTIONS; i++) {
        open.add(halfOpen(door.address(), i % 2 == 0));
        if (i % 2_500 == 0) {
          assertThat(door.get("/healthz").statusCode()).isEqualTo(200);
        }
      }
      assertThat(door.get("/healthz").statusCode()).isEqualTo(200);
      await().atMost(Duration.ofSeconds(60)).until(() -> noneLeft(open));
      assertThat(door.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(residentKib(door.pid()) - before).isLessThan(MAX_GROWTH_KIB);
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
  }

  private static SocketChannel halfOpen(URI door, boolean withAHead) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(door.getHost(), door.getPort()));
    if (withAHead) {
      byte[] begun =
          "GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-".getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(begun));
    }
    channel.configureBlocking(false);
    return channel;
  }

  /** Drops those that the front door has closed. */
  private static boolean noneLeft(List<SocketChannel> open) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1024);
    for (Iterator<SocketChannel> each = open.iterator(); each.hasNext(); ) {
      SocketChannel channel = each.next();
      bytes.clear();
      if (isClosed(channel, bytes)) {
        channel.close();
        each.remove();
      }
    }
    return open.isEmpty();
  }

  private static boolean isClosed(SocketChannel channel, ByteBuffer bytes) {
    try {
      return channel.read(bytes) < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  private static long residentKib(long pid) throws IOException {
    Path status = Path.of("/proc", String.valueOf(pid), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
