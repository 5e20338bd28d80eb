package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Access;
import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in to the web UI with a token, and what the cookie allows, over a socket. */
@ExtendWith(LeakCheck.class)
final class SignInTest {
  private static final List<String> ROLES = List.of("suite", "operator", "viewer");
  private static final String UI = "X-GridFleet-UI: 1";

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  @BeforeEach
  void aTokenOfEachRole() throws IOException {
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (String role : List.of("session", "suite", "operator", "viewer")) {
      String file = Files.writeString(secrets.resolve(role), "s3cr3t-" + role).toString();
      tokens.add(Map.of("name", "the-" + role, "role", role, "secretFile", file));
    }
    lab.start(
        SimulatedFleet.of(2, 1),
        Map.of("tokens", tokens, "runs", Map.of("claims", Map.of("enabled", true))));
  }

  private Answered signInWith(String secret, String... more) throws IOException {
    List<String> headers = new ArrayList<>(List.of(UI));
    headers.addAll(List.of(more));
    String body = "{\"token\":\"" + secret + "\"}";
    return lab.ask("POST", "/ui/sign-in", body, headers.toArray(String[]::new)).answered();
  }

  private String cookieOf(String role) throws IOException {
    Answered answered = signInWith("s3cr3t-" + role);
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    return "Cookie: " + answered.head().header("set-cookie").split(";", 2)[0];
  }

  private int status(String method, String path, String... headers) throws IOException {
    return lab.ask(method, path, "", headers).answered().status();
  }

  @Test
  void theCookieIsForThisServerAloneAndNotForScripts() throws IOException {
    Answered answered = signInWith("s3cr3t-operator");
    assertThat(answered.head().header("set-cookie"))
        .startsWith("gridfleet-ui=")
        .endsWith("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")
        .doesNotContain("s3cr3t");
    assertThat(answered.json().path("tenant").asText()).isEqualTo("the-operator");
    assertThat(answered.json().path("role").asText()).isEqualTo("operator");
    assertThat(answered.head().header("cache-control")).isEqualTo("no-store");
  }

  @Test
  void whoIsSignedInIsSaid() throws IOException {
    Answered nobody = lab.ask("GET", "/ui/session", "").answered();
    assertThat(nobody.json().path("signed_in").asBoolean()).isFalse();
    assertThat(nobody.json().path("tokens_needed").asBoolean()).isTrue();
    Answered viewer = lab.ask("GET", "/ui/session", "", cookieOf("viewer")).answered();
    assertThat(viewer.json().path("signed_in").asBoolean()).isTrue();
    assertThat(viewer.json().path("role").asText()).isEqualTo("viewer");
  }

  /** Each route by each role: the cookie allows what the token allows. */
  @Test
  void theCookieAllowsWhatItsTokenAllows() throws IOException {
    List<String> differ = new ArrayList<>();
    int compared = 0;
    for (String role : ROLES) {
      String cookie = cookieOf(role);
      String bearer = "Authorization: Bearer s3cr3t-" + role;
      for (Map.Entry<String, Access> entry : AccessTable.routes().entrySet()) {
        String[] route = entry.getKey().split(" ", 2);
        if (!route[1].startsWith("/api/") || route[1].equals("/api/events")) {
          continue;
        }
        String path = route[1].replaceAll("\\{[a-z_]+}", "00000000-0000-4000-8000-000000000000");
        int withToken = status(route[0], path, bearer);
        int withCookie = status(route[0], path, cookie, UI);
        compared++;
        if (withToken != withCookie) {
          differ.add(role + " " + entry.getKey() + ": " + withToken + ", " + withCookie);
        }
        boolean changes = !route[0].equals("GET") && entry.getValue() != Access.OPEN;
        if (changes && status(route[0], path, cookie) != 403) {
          differ.add(role + " " + entry.getKey() + " without the header of the UI");
        }
      }
    }
    assertThat(differ).isEmpty();
    assertThat(compared).isGreaterThan(100);
  }

  @Test
  void commandsOfSessionsAndNewSessionsTakeNoCookie() throws IOException {
    String cookie = cookieOf("operator");
    String bearer = "Authorization: Bearer s3cr3t-operator";
    assertThat(lab.newSession("", cookie, UI).answered().status()).isEqualTo(401);
    String session = lab.newSession("", bearer).answered().sessionId();
    assertThat(status("GET", "/session/" + session + "/url", cookie, UI)).isEqualTo(401);
    assertThat(status("DELETE", "/session/" + session, bearer)).isEqualTo(200);
  }

  @Test
  void signingOutEndsItEverywhere() throws IOException {
    String cookie = cookieOf("operator");
    assertThat(status("GET", "/api/devices", cookie)).isEqualTo(200);
    Answered out = lab.ask("POST", "/ui/sign-out", "", cookie, UI).answered();
    assertThat(out.json().path("signed_in").asBoolean()).isFalse();
    assertThat(out.head().header("set-cookie")).startsWith("gridfleet-ui=; Max-Age=0;");
    for (int replica = 0; replica < 2; replica++) {
      Lab.until("refused", () -> status("GET", "/api/devices", cookie) == 401);
    }
  }

  @Test
  void aStreamOfEventsEndsWithTheSignIn() throws IOException {
    String cookie = cookieOf("operator");
    Asked stream = lab.ask("GET", "/api/events", "", cookie);
    assertThat(stream.wire().readHead().status()).isEqualTo(200);
    lab.ask("POST", "/ui/sign-out", "", cookie, UI).answered();
    for (int replica = 0; replica < 2; replica++) {
      Lab.until("refused", () -> status("GET", "/api/devices", cookie) == 401);
    }
    String bearer = "Authorization: Bearer s3cr3t-operator";
    String session = lab.newSession("", bearer).answered().sessionId();
    StringBuilder received = new StringBuilder();
    for (byte[] chunk = stream.wire().readChunk();
        chunk.length > 0;
        chunk = stream.wire().readChunk()) {
      received.append(new String(chunk, StandardCharsets.UTF_8));
    }
    assertThat(received).doesNotContain(session);
    assertThat(status("DELETE", "/session/" + session, bearer)).isEqualTo(200);
  }

  @Test
  void wrongTokensAreRefusedAndThenNotTried() throws IOException {
    int refused = 0;
    while (signInWith("wrong-" + refused).status() == 401 && refused < 100) {
      refused++;
    }
    assertThat(refused).isBetween(10, 20);
    assertThat(signInWith("s3cr3t-operator").status()).as("on this replica").isIn(429, 200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"token\": 1}", "[1]", "{\"token\": \"\"}"})
  void whatHoldsNoTokenIsRefused(String body) throws IOException {
    Answered answered = lab.ask("POST", "/ui/sign-in", body, UI).answered();
    assertThat(answered.status()).isEqualTo(401);
    assertThat(answered.head().headers()).doesNotContainKey("set-cookie");
  }

  @Test
  void aTokenThatOnlyCreatesSessionsIsToldSo() throws IOException {
    Answered answered = signInWith("s3cr3t-session");
    assertThat(answered.status()).isEqualTo(403);
    assertThat(answered.text()).contains("the-session", "only creates sessions");
  }

  @Test
  void anotherSitesPageCanDoNeither() throws IOException {
    String body = "{\"token\":\"s3cr3t-operator\"}";
    assertThat(lab.ask("POST", "/ui/sign-in", body).answered().status()).isEqualTo(403);
    assertThat(signInWith("s3cr3t-operator", "Origin: http://evil.example").status())
        .isEqualTo(403);
    assertThat(status("POST", "/ui/sign-out", cookieOf("operator"))).isEqualTo(403);
  }

  @Test
  void aCookieThatWasNotSignedHereIsNobodys() throws IOException {
    String cookie = cookieOf("operator");
    String other = cookie.endsWith("A") ? "B" : "A";
    String forged = cookie.substring(0, cookie.length() - 2) + other + other;
    assertThat(status("GET", "/api/devices", forged)).isEqualTo(401);
    assertThat(status("GET", "/api/devices", "Cookie: gridfleet-ui=x.y")).isEqualTo(401);
  }
}
