package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Web pages of other origins can't use the server through the browser of one of its users. */
@ExtendWith(LeakCheck.class)
final class OriginChecksTest {
  private static final String DASHBOARD = "https://dashboard.example.com";

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void onePhone() {
    lab.start(
        SimulatedFleet.of(1, 1), Map.of("router", Map.of("allowedOrigins", List.of(DASHBOARD))));
  }

  private Answered send(String method, String path, String body, String... lines)
      throws IOException {
    return lab.ask(method, path, body, lines).answered();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: http://evil.example:4444",
        "Origin: null",
        "Origin: http://lab:8080",
        "Origin: chrome-extension://abcdef",
        "Sec-Fetch-Site: cross-site"
      })
  void aPageOfAnotherOriginStartsNothing(String line) throws IOException {
    Answered refused = send("POST", "/session", Lab.w3c(""), line, "Content-Type: text/plain");

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.error()).isEqualTo("session not created");
    assertThat(lab.node(1).history().creations()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /session",
    "POST, /wd/hub/session",
    "GET, /session/abc/url",
    "DELETE, /session/abc",
    "GET, /session/abc/se/bidi",
    "GET, /status",
    "GET, /healthz",
    "GET, /metrics",
    "GET, /",
    "GET, /api/devices",
    "POST, /api/runs",
    "POST, /api/devices/abc/lock",
    "DELETE, /api/queue/abc",
    "GET, /api/events",
    "OPTIONS, /session"
  })
  void noRouteAnswersToOtherOrigins(String method, String path) throws IOException {
    Answered refused = send(method, path, "", "Origin: http://evil.example");

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.head().header("access-control-allow-origin")).isEmpty();
    boolean api = path.startsWith("/api/");
    assertThat(api ? refused.json().at("/error/code").asText() : refused.error())
        .isIn("FORBIDDEN", "unknown error", "session not created");
  }

  @Test
  void aSocketOfALiveSessionIsNotOpenedForAPage() throws IOException {
    String session = lab.session("'webSocketUrl':true");
    Answered refused =
        send(
            "GET",
            "/session/" + session,
            "",
            "Origin: http://evil.example",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(refused.status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/session", "/wd/hub/session"})
  void noHandshakeOfAPageBeginsASession(String path) throws IOException {
    String[] handshake = {
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };
    List<String> page = new ArrayList<>(List.of(handshake));
    page.add("Origin: http://evil.example");

    assertThat(send("GET", path, "", page.toArray(new String[0])).status()).isEqualTo(403);
    Wire wire = lab.ask("GET", path, "", handshake).wire();
    assertThat(wire.readHead().status()).as("so that it would have been one").isEqualTo(101);
    wire.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs", "/docs/clients", "/metrics", "/status", "/session/a/url"})
  void noPageIsServedUnderAnotherName(String path) throws IOException {
    Wire wire = lab.wire();
    wire.send("GET " + path + " HTTP/1.1\r\nHost: evil.example:4444\r\n\r\n");
    assertThat(wire.readResponse().head().status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-None: 1",
        "Origin: http://lab:4444",
        "Origin: HTTP://LAB:4444",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "Content-Type: application/json",
        "Content-Type: application/json;charset=UTF-8",
        "Content-Type: Application/JSON; charset=utf-8",
        "Content-Type: application/vnd.api+json"
      })
  void clientsAndTheServersPagesAreServed(String line) throws IOException {
    assertThat(send("POST", "/session", Lab.w3c(""), line).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream"
      })
  void aBodyThatIsNotJsonByItsTypeIsRefused(String type) throws IOException {
    Answered refused = send("POST", "/session", Lab.w3c(""), "Content-Type: " + type);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("invalid argument");
    assertThat(refused.message()).contains("application/json");
    assertThat(lab.node(1).history().creations()).isEmpty();

    Answered api = send("POST", "/api/runs", "{}", "Content-Type: " + type);
    boolean page = !type.startsWith("application/octet-stream");
    assertThat(api.status()).as("only a page's types are the policy's").isEqualTo(page ? 415 : 422);
    assertThat(api.json().at("/error/code").asText())
        .isEqualTo(page ? "HTTP_ERROR" : "VALIDATION_ERROR");
  }

  @Test
  void aSimpleTypeDoesNotReachASession() throws IOException {
    String session = lab.session("");
    String path = "/session/" + session + "/url";
    String body = "{\"url\":\"http://x\"}";
    assertThat(send("POST", path, body, "Content-Type: text/plain").status()).isEqualTo(400);
    assertThat(send("POST", path, body, "Content-Type: application/json").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:4444", "lab.evil.example", "127.0.0.1.x"})
  void anUnknownNameIsRefused(String host) throws IOException {
    assertThat(statusOf(host)).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:4444",
        "[::1]:4444",
        "localhost",
        "LOCALHOST:4444",
        "a.localhost",
        "lab"
      })
  void anAddressLocalhostAndConfiguredNamesAreAnswered(String host) throws IOException {
    assertThat(statusOf(host)).isEqualTo(200);
  }

  private int statusOf(String host) throws IOException {
    Wire wire = lab.wire();
    wire.send("GET /api/devices HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return wire.readResponse().head().status();
  }

  @Test
  void anAllowedDashboardReadsAnswersAndMaySendPreflights() throws IOException {
    Answered devices = send("GET", "/api/devices", "", "Origin: " + DASHBOARD);
    assertThat(devices.status()).isEqualTo(200);
    assertThat(devices.head().header("access-control-allow-origin")).isEqualTo(DASHBOARD);
    assertThat(devices.head().header("vary")).contains("Origin");

    Answered first =
        send(
            "OPTIONS",
            "/api/runs",
            "",
            "Origin: " + DASHBOARD,
            "Access-Control-Request-Method: POST");
    assertThat(first.status()).isEqualTo(204);
    assertThat(first.head().header("access-control-allow-methods")).contains("POST");
    assertThat(first.head().header("access-control-allow-headers")).contains("authorization");
    assertThat(first.head().header("access-control-allow-origin")).isEqualTo(DASHBOARD);
  }

  @Test
  void aLinkToAPageMayBeFollowed() throws IOException {
    String[] link = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"};
    assertThat(send("GET", "/", "", link).status()).isNotEqualTo(403);
    assertThat(send("GET", "/api/devices", "", link).status()).isEqualTo(403);
    String[] part = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"};
    assertThat(send("GET", "/", "", part).status()).isEqualTo(403);
  }
}
