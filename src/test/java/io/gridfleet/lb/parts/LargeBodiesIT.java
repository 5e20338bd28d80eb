package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bodies of 300 MiB pass the front door of a process that could not hold one of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeBodiesIT {
  private static final long BODY = 300L << 20;

  /** The design's bound on buffers for any body, and no more heap than the demo lab needs. */
  private static final List<String> SMALL = List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m");

  /** Far below one body; above what a young JVM adds to itself while it warms up. */
  private static final long FLAT = 128L << 20;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private FrontDoorProcess door;

  @BeforeAll
  void open() throws IOException {
    door = FrontDoorProcess.start(SMALL, List.of("--demo=quiet"));
  }

  @AfterAll
  void close() {
    if (door != null) {
      door.close();
    }
  }

  @Test
  void aDownloadPassesWithFlatMemory() throws Exception {
    String session = session();
    long before = peakMemory();
    HttpRequest download = request(session + "/sim/bytes/" + BODY).build();
    long read = 0;
    try (InputStream body = http.send(download, BodyHandlers.ofInputStream()).body()) {
      byte[] buffer = new byte[1 << 16];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        read += n;
      }
    }
    assertThat(read).isEqualTo(BODY);
    assertThat(peakMemory() - before).isLessThan(FLAT);
    door.delete(session);
  }

  @Test
  void anUploadPassesWithFlatMemory() throws Exception {
    String session = session();
    long before = peakMemory();
    HttpRequest upload =
        request(session + "/sim/upload")
            .POST(BodyPublishers.ofInputStream(() -> new Zeros(BODY)))
            .build();
    String answer = http.send(upload, BodyHandlers.ofString()).body();
    assertThat(answer).contains(Long.toString(BODY));
    assertThat(peakMemory() - before).isLessThan(FLAT);
    door.delete(session);
  }

  private String session() throws Exception {
    HttpRequest create =
        request("/session")
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"capabilities\":{\"alwaysMatch\":{\"platformName\":\"Android\"}}}"))
            .build();
    JsonNode answer =
        new ObjectMapper().readTree(http.send(create, BodyHandlers.ofString()).body());
    return "/session/" + answer.path("value").path("sessionId").asText();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(door.address().resolve(path)).timeout(Duration.ofMinutes(2));
  }

  /** The most that the front door's process ever had in memory, in bytes. */
  private long peakMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + door.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  /** A body of zeros that isn't stored. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(left, length);
      left -= n;
      return n;
    }
  }
}
