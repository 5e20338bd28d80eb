package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web page names a program as its browser; a real chromedriver behind the server doesn't start
 * it.
 */
class RealOriginIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String OWN_NAME = "localhost";
  private static final String LAB =
      """
      store: "sqlite::memory:"
      nodes:
        - id: chromium
          url: ${CHROMEDRIVER}
          devices: [{browserName: chrome}]
      """;

  @Test
  void aPageStartsNoProgramAndAClientDoes(@TempDir Path folder) throws IOException {
    Path mark = folder.resolve("started");
    String body = request(program(folder, mark));
    String config = LAB.replace("${CHROMEDRIVER}", RealPart.CHROMEDRIVER.where());
    try (FrontDoorProcess door = FrontDoorProcess.over(config)) {
      String page = "Origin: http://evil.example";
      String simple = "Content-Type: text/plain";
      String json = "Content-Type: application/json";
      assertThat(status(door, OWN_NAME, body, page, simple)).isEqualTo(403);
      assertThat(status(door, OWN_NAME, body, page, json)).isEqualTo(403);
      assertThat(status(door, OWN_NAME, body, "Sec-Fetch-Site: cross-site", json)).isEqualTo(403);
      assertThat(status(door, OWN_NAME, body, simple)).isEqualTo(400);
      assertThat(status(door, "rebound.example", body, json)).isEqualTo(403);
      assertThat(status(door, "evil.example", body, "Origin: http://evil.example", json))
          .isEqualTo(403);
      assertThat(mark).doesNotExist();

      assertThat(status(door, OWN_NAME, body, json))
          .as("a program that is no browser")
          .isEqualTo(500);
      assertThat(mark).as("so that the program would have been started").exists();
    }
  }

  private static Path program(Path folder, Path mark) throws IOException {
    Path program = Files.writeString(folder.resolve("browser"), "#!/bin/sh\n: >" + mark + "\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String request(Path program) throws IOException {
    Map<String, Object> browser =
        Map.of(
            "browserName",
            "chrome",
            "goog:chromeOptions",
            Map.of("binary", program.toString(), "args", List.of("--headless=new")));
    return JsonClient.JSON.writeValueAsString(
        Map.of("capabilities", Map.of("alwaysMatch", browser)));
  }

  private static int status(FrontDoorProcess door, String host, String body, String... lines)
      throws IOException {
    int port = door.address().getPort();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (Wire wire = Wire.to(port, PATIENCE)) {
      wire.send("POST /session HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n");
      for (String line : lines) {
        wire.send(line + "\r\n");
      }
      wire.send("Content-Length: " + bytes.length + "\r\n\r\n").send(bytes);
      return wire.readResponse().head().status();
    }
  }
}
