package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client without a token costs a lab with tokens a refusal by the head alone. */
@ExtendWith(LeakCheck.class)
final class UnauthenticatedCostTest {
  private static final String BEARER = "Authorization: Bearer s3cr3t";
  private static final int BODY = 15 * 1024 * 1024;

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void onePhoneAndAToken(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cr3t\n");
    lab.start(
        SimulatedFleet.of(1, 1),
        Map.of("tokens", List.of(Map.of("name", "team", "secretFile", secret.toString()))));
  }

  private static String head(String method, String path, String... lines) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: lab\r\n");
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return head.append("Content-Length: ").append(BODY).append("\r\n\r\n").toString();
  }

  /** All at once and none complete: each is answered before its body has arrived. */
  @ParameterizedTest
  @CsvSource({
    "POST, /session, 401",
    "POST, /wd/hub/session, 401",
    "POST, /v0/wr0ng/session, 401",
    "POST, /api/runs, 401",
    "PATCH, /api/devices/any, 401",
    "PUT, /api/devices/any/test_data, 401",
    "DELETE, /api/runs, 401",
    "POST, /api/nothing, 404",
    "GET, /api/health, 413",
    "GET, /status, 413",
    "GET, /healthz, 413",
    "GET, /metrics, 413",
    "GET, /docs, 413"
  })
  void unfinishedBodiesAreRefusedByTheirHeads(String method, String path, int status)
      throws IOException {
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < 19; i++) {
      wires.add(lab.wire().send(head(method, path)).send(new byte[64 * 1024]));
    }
    for (Wire wire : wires) {
      assertThat(wire.readResponse().head().status()).isEqualTo(status);
      assertThat(lab.server().gatheredBytes()).isZero();
    }
    for (Wire wire : wires) {
      wire.close();
    }
  }

  /** Ensures that the test above doesn't pass because no body is ever aggregated. */
  @Test
  void theBodyOfARequestWithATokenIsRead() throws IOException {
    Wire wire = lab.wire().send(head("POST", "/api/runs", BEARER)).send(new byte[64 * 1024]);
    Lab.until("gathered", () -> lab.server().gatheredBytes() == 64 * 1024);
    wire.close();
    Lab.until("given back", () -> lab.server().gatheredBytes() == 0);
  }

  @Test
  void aFloodOfKeysWritesNothingToTheStore() throws IOException {
    for (int i = 0; i < 300; i++) {
      String token = i % 2 == 0 ? "X-None: 1" : "Authorization: Bearer wr0ng-" + i;
      Answered refused = lab.newSession("", "X-Idempotency-Key: key-" + i, token).answered();
      assertThat(refused.status()).isEqualTo(401);
    }
    assertThat(claims()).isZero();

    Asked asked = lab.newSession("", "X-Idempotency-Key: mine", BEARER);
    String session = asked.answered().sessionId();
    assertThat(claims()).as("so that the flood would have been counted").isEqualTo(1);
    assertThat(lab.ask("DELETE", "/session/" + session, "", BEARER).answered().status())
        .isEqualTo(200);
  }

  private long claims() throws IOException {
    return lab.ask("GET", "/metrics", "")
        .answered()
        .text()
        .lines()
        .filter(line -> line.startsWith("gridfleet_lb_store_seconds_count"))
        .filter(line -> line.contains("operation=\"idempotency.claim\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
