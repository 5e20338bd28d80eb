package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.node.RawNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration of what is relayed reaches the relay. */
@ExtendWith(LeakCheck.class)
final class RelayKeysTest {
  private static final int USUAL_SOCKETS = 16;
  private static final String COOKIE = "Cookie: choc";
  private static final String FORWARDED = "X-Forwarded-For: 10.0.0.7";

  @RegisterExtension final Lab lab = new Lab();

  @ParameterizedTest
  @ValueSource(ints = {2, USUAL_SOCKETS})
  void aSessionHasItsNumberOfSockets(int most) throws IOException {
    lab.start(
        SimulatedFleet.of(1, 1),
        most == USUAL_SOCKETS ? Map.of() : Map.of("relay", Map.of("socketsPerSession", most)));
    String session = lab.session("");
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      Wire wire = handshake(session);
      assertThat(wire.readHead().status()).isEqualTo(101);
      wires.add(wire);
    }
    Wire refused = handshake(session);
    assertThat(refused.readResponse().text()).contains("has " + most + " sockets open");
    refused.close();
    for (Wire wire : wires) {
      wire.close();
    }
    assertThat(lab.ask("DELETE", "/session/" + session, "").answered().status()).isEqualTo(200);
  }

  private Wire handshake(String session) throws IOException {
    return lab.wire()
        .send(
            "GET /session/"
                + session
                + "/se/bidi HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }

  @Test
  void headersOfOthersAreForwardedAsConfigured() throws Exception {
    assertThat(forwarded(Map.of())).doesNotContain(COOKIE, FORWARDED);
    assertThat(forwarded(Map.of("router", Map.of("trustedProxies", List.of("127.0.0.0/8")))))
        .contains(COOKIE, FORWARDED);
    assertThat(forwarded(Map.of("router", Map.of("trustedProxies", List.of("10.0.0.0/8")))))
        .doesNotContain(COOKIE, FORWARDED);
    assertThat(forwarded(Map.of("relay", Map.of("passHeaders", List.of("Cookie")))))
        .contains(COOKIE)
        .doesNotContain(FORWARDED);
  }

  /** Returns the head of a command as its node received it. */
  private String forwarded(Map<String, Object> configuration) throws Exception {
    String session = "{\"value\":{\"sessionId\":\"raw\",\"capabilities\":{}}}";
    try (SimulatedFleet fleet = SimulatedFleet.of(1, 1);
        RawNode node = RawNode.answering(RawNode.json(200, session))) {
      Map<String, Object> all = new HashMap<>(configuration);
      all.put(
          "nodes",
          List.of(
              Map.of(
                  "url",
                  "http://127.0.0.1:" + node.port(),
                  "devices",
                  List.of(Map.of("platformName", "Android", "udid", "raw")))));
      lab.start(fleet, all);
      assertThat(lab.session("")).isEqualTo("raw");
      lab.ask("GET", "/session/raw/url", "", COOKIE, FORWARDED).answered();
      lab.ask("DELETE", "/session/raw", "").answered();
      return node.heads().stream()
          .filter(head -> head.startsWith("GET /session/raw/url"))
          .findFirst()
          .orElseThrow();
    }
  }
}
