package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.NodeEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two tenants of one lab: the resources of one don't exist for the other. */
@ExtendWith(LeakCheck.class)
final class TenantIsolationTest {
  private static final String CHECKOUT = "ch3ck0ut-s3cr3t";
  private static final String NIGHTLY = "n1ghtly-s3cr3t";
  private static final String OWN = "Authorization: Bearer " + CHECKOUT;
  private static final String FOREIGN = "Authorization: Bearer " + NIGHTLY;

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  @BeforeEach
  void twoTenants() throws IOException {
    lab.start(
        SimulatedFleet.of(2, 1),
        Map.of("tokens", List.of(token("checkout", CHECKOUT), token("nightly", NIGHTLY))));
  }

  private Map<String, Object> token(String name, String secret) throws IOException {
    Path file = Files.writeString(secrets.resolve(name), secret);
    return Map.of("name", name, "secretFile", file.toString());
  }

  private String session() throws IOException {
    Answered created = lab.newSession("", OWN).answered();
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    return created.sessionId();
  }

  @ParameterizedTest
  @CsvSource({"GET,/url", "POST,/url", "GET,''", "DELETE,''", "DELETE,/cookie", "OPTIONS,/x"})
  void aCommandWithoutTokenIsRefusedWhateverTheSession(String method, String command)
      throws IOException {
    String session = session();
    Answered refused = lab.ask(method, "/session/" + session + command, "{}").answered();
    Answered unknown = lab.ask(method, "/session/unknown" + command, "{}").answered();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.head().header("www-authenticate")).startsWith("Basic realm=");
    assertThat(refused.text()).isEqualTo(unknown.text());
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(lab.fleet().liveSessions()).hasSize(1);
    end(session);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/url,invalid session id",
    "POST,/url,invalid session id",
    "GET,'',invalid session id",
    "DELETE,'',invalid session id",
    "DELETE,/cookie,invalid session id",
    "OPTIONS,/x,unknown command"
  })
  void anotherTenantsSessionIsAnsweredLikeAnUnknownOne(String method, String command, String error)
      throws IOException {
    String session = session();
    for (int replica = 0; replica < 2; replica++) {
      Answered refused = lab.ask(method, "/session/" + session + command, "{}", FOREIGN).answered();
      Answered unknown = lab.ask(method, "/session/unknown" + command, "{}", FOREIGN).answered();
      assertThat(refused.status()).isEqualTo(404);
      assertThat(refused.error()).isEqualTo(error);
      assertThat(refused.text().replace(session, "unknown")).isEqualTo(unknown.text());
    }
    assertThat(lab.fleet().liveSessions()).hasSize(1);
    end(session);
  }

  @Test
  void theSecondDeleteOfAnotherTenantsSessionIsAnsweredLikeThatOfAnUnknownOne() throws IOException {
    String session = session();
    end(session);
    long asked = lab.node(1).history().count(NodeEvent.Kind.UNKNOWN_SESSION);
    Answered refused = lab.ask("DELETE", "/session/" + session, "", FOREIGN).answered();
    Answered unknown = lab.ask("DELETE", "/session/unknown", "", FOREIGN).answered();
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.text()).isEqualTo(unknown.text());
    assertThat(lab.node(1).history().count(NodeEvent.Kind.UNKNOWN_SESSION)).isEqualTo(asked);
    Answered own = lab.ask("DELETE", "/session/" + session, "", OWN).answered();
    assertThat(own.error()).isEqualTo("invalid session id");
    assertThat(lab.node(1).history().count(NodeEvent.Kind.UNKNOWN_SESSION)).isEqualTo(asked + 1);
  }

  @Test
  void eachTenantListsItsOwnSessions() throws IOException {
    String session = session();
    String created =
        "\"created\":"
            + lab.server()
                .store()
                .sessionMap()
                .live()
                .toCompletableFuture()
                .join()
                .get(0)
                .session()
                .created()
                .toEpochMilli();
    for (String base : List.of("", "/wd/hub", "/v0/" + CHECKOUT, "/v0/" + CHECKOUT + "/wd/hub")) {
      Answered wire = lab.ask("GET", base + "/sessions", "", OWN).answered();
      Answered appium = lab.ask("GET", base + "/appium/sessions", "", OWN).answered();
      assertThat(wire.value().findValuesAsText("id")).containsExactly(session);
      assertThat(wire.value().at("/0/capabilities/udid").asText()).isEqualTo("phone-1-1");
      assertThat(wire.text()).doesNotContain("created", "directConnect", "127.0.0.1");
      assertThat(appium.text()).contains(session, created).doesNotContain("directConnect");
    }
    assertThat(lab.ask("GET", "/sessions", "", FOREIGN).answered().text())
        .isEqualTo("{\"value\":[]}");
    Answered refused = lab.ask("GET", "/appium/sessions", "").answered();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.head().header("www-authenticate")).startsWith("Basic realm=");
    end(session);
    assertThat(lab.ask("GET", "/sessions", "", OWN).answered().text()).isEqualTo("{\"value\":[]}");
  }

  private void end(String session) throws IOException {
    assertThat(lab.ask("DELETE", "/session/" + session, "", OWN).answered().status())
        .isEqualTo(200);
  }

  @Test
  void theTokenMayStandInThePathOrInAHeaderOfEachCommand() throws IOException {
    String session = session();
    String basic =
        "Authorization: Basic "
            + Base64.getEncoder()
                .encodeToString(("any:" + CHECKOUT).getBytes(StandardCharsets.UTF_8));
    for (String base : List.of("/v0/" + CHECKOUT, "/v0/" + CHECKOUT + "/wd/hub")) {
      assertThat(lab.ask("GET", base + "/session/" + session + "/url", "").answered().status())
          .isEqualTo(200);
    }
    for (String header : List.of(OWN, basic)) {
      assertThat(lab.ask("GET", "/session/" + session + "/url", "", header).answered().status())
          .isEqualTo(200);
    }
    lab.ask("DELETE", "/v0/" + CHECKOUT + "/session/" + session, "").answered();
    assertThat(lab.fleet().liveSessions()).isEmpty();
  }

  @Test
  void theSocketAddressInTheAnswerNeedsNoTokenAndNoOtherAddressServesWithoutOne() throws Exception {
    Answered created = lab.newSession("'webSocketUrl':true", OWN).answered();
    String url = created.value().at("/capabilities/webSocketUrl").asText();
    assertThat(url).doesNotContain(CHECKOUT);
    String here = url.replace("lab:4444", "127.0.0.1:" + lab.port());
    assertThat(said(here)).contains("by key");

    String plain = here.substring(0, here.lastIndexOf('/'));
    String other = here.substring(0, here.length() - 1) + "!";
    assertThat(handshake(plain)).isEqualTo(401);
    assertThat(handshake(other)).isEqualTo(404);
    String withToken = plain.replace("/session/", "/v0/" + CHECKOUT + "/session/");
    assertThat(said(withToken)).contains("by key");
    end(created.sessionId());
  }

  /**
   * Starts a lab with a tenant that may use the devices tagged with its name, and an operator who
   * tags the first device so; returns the path of that device.
   */
  private String tagThroughTheApi(String tenant, String secret, int phones) throws IOException {
    Map<String, Object> limited = new HashMap<>(token(tenant, secret));
    limited.put("devices", "tag.team:" + tenant);
    Map<String, Object> admin = new HashMap<>(token("admin", "adm1n"));
    admin.put("role", "operator");
    lab.start(SimulatedFleet.of(phones, 1), Map.of("tokens", List.of(limited, admin)));
    DeviceId first = DeviceId.of("phone-1-1");
    String path = "/api/devices/" + first;
    String tags = "{\"tags\":{\"team\":\"%s\"}}".formatted(tenant);
    assertThat(lab.ask("PATCH", path, tags, "Authorization: Bearer adm1n").answered().status())
        .isEqualTo(200);
    Lab.until(
        "the tag is known",
        () ->
            lab.server().distributor().states().stream()
                .filter(device -> device.device().id().equals(first))
                .anyMatch(device -> tenant.equals(device.device().attributes().raw("tag.team"))));
    return path;
  }

  @Test
  void aTagThatWasSetThroughTheApiGivesATenantNoDevice() throws IOException {
    String path = tagThroughTheApi("tagged", "t4gged", 1);

    Answered refused = lab.newSession("", "Authorization: Bearer t4gged").answered();
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.message()).startsWith("No matched devices were found");
    String tenant = "Authorization: Bearer t4gged";
    assertThat(lab.ask("GET", path, "", tenant).answered().status()).isEqualTo(404);
    for (String list : List.of("/api/devices", "/api/selector/explain?selector=")) {
      Answered shown = lab.ask("GET", list, "", tenant).answered();
      assertThat(shown.status()).isEqualTo(200);
      assertThat(shown.text()).as(list).doesNotContain("phone-1-1");
    }
    assertThat(lab.ask("POST", "/api/runs", run(1), tenant).answered().status()).isEqualTo(409);
  }

  @Test
  void anotherTenantsRunIsAsUnknownAsAny() throws IOException {
    Answered begun = lab.ask("POST", "/api/runs", run(1), OWN).answered();
    String run = begun.json().path("id").asText();

    String unknown = "00000000-0000-4000-8000-000000000000";
    for (String template : List.of("'gridfleet:run_id':'%s'", "")) {
      String foreign = refusedFor(template, run).replace(run, "<run>");
      assertThat(foreign).isEqualTo(refusedFor(template, unknown).replace(unknown, "<run>"));
      assertThat(foreign).contains("<run> is unknown or over");
    }
    Answered own = lab.newSession("'gridfleet:run_id':'" + run + "'", OWN).answered();
    assertThat(own.status()).as(own.text()).isEqualTo(200);
    assertThat(lab.ask("POST", "/api/runs/" + run + "/cancel", "", OWN).answered().status())
        .isEqualTo(200);
  }

  @Test
  void aRefusalDoesNotNameSessionsAndRunsOfOthers() throws IOException {
    String members = "'gridfleet:testName':'secret_test'";
    List<String> sessions =
        List.of(
            lab.newSession(members, OWN).answered().sessionId(),
            lab.newSession(members, OWN).answered().sessionId());
    String soon = "'gridfleet:waitForDeviceOnlineTimeout':1";
    Answered own = lab.newSession(soon, OWN).answered();
    assertThat(own.message()).contains("2 locked", "by secret_test");

    String devices = lab.ask("GET", "/api/devices", "", FOREIGN).answered().text();
    assertThat(devices).contains("locked").doesNotContain("secret_test", "checkout");
    Asked waiting = lab.waiting(soon, FOREIGN);
    String queue = lab.ask("GET", "/api/queue", "", FOREIGN).answered().text();
    assertThat(queue).contains("2 locked").doesNotContain("secret_test", "checkout");
    Answered foreign = waiting.answered();
    assertThat(foreign.message()).contains("2 locked (longest for ");
    assertThat(foreign.text()).doesNotContain("secret_test", "checkout").doesNotContain(sessions);
    for (String session : sessions) {
      end(session);
    }

    Answered begun = lab.ask("POST", "/api/runs", run(2), OWN).answered();
    String run = begun.json().path("id").asText();
    Lab.until(
        "reserved",
        () ->
            lab.server().distributor().states().stream().allMatch(s -> s.reservedBy().isPresent()));
    Answered reserved = lab.newSession(soon, FOREIGN).answered();
    assertThat(reserved.message()).contains("2 reserved by another run");
    assertThat(reserved.text()).doesNotContain(run);
    lab.ask("POST", "/api/runs/" + run + "/cancel", "", OWN).answered();
  }

  /** A tag that was set through the API shows a tenant no device either. */
  @Test
  void aRefusalDoesNotNameDevicesOfOthers() throws IOException {
    tagThroughTheApi("nightly", NIGHTLY, 2);

    Answered refused = lab.newSession("", FOREIGN).answered();
    assertThat(refused.text()).doesNotContain("phone-");
    assertThat(refused.value().at("/data/devices").asInt(-1)).isZero();
    String foreign =
        lab.newSession("'appium:udid':'phone-2-1'", FOREIGN).answered().textWithoutRequest();
    String unknown =
        lab.newSession("'appium:udid':'phone-9-9'", FOREIGN).answered().textWithoutRequest();
    assertThat(foreign.replace("phone-2-1", "")).isEqualTo(unknown.replace("phone-9-9", ""));
  }

  private static String run(int devices) {
    return """
        {"name":"n","requirements":[{"count":%d,"pack_id":"appium-uiautomator2",\
        "platform_id":"android_mobile"}]}"""
        .formatted(devices);
  }

  private String refusedFor(String template, String run) throws IOException {
    Answered answered =
        template.isEmpty()
            ? lab.ask("POST", "/run/" + run + "/session", Lab.w3c(""), FOREIGN).answered()
            : lab.newSession(template.formatted(run), FOREIGN).answered();
    return answered.status() + answered.textWithoutRequest();
  }

  private int handshake(String url) throws IOException {
    return lab.ask(
            "GET",
            URI.create(url).getPath(),
            "",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
        .answered()
        .status();
  }

  private static String said(String url) throws Exception {
    try (BidiConnection socket = BidiConnection.to(url)) {
      return socket.send("{'id':1,'method':'sim.echo','params':{'x':'by key'}}").read().toString();
    }
  }
}
