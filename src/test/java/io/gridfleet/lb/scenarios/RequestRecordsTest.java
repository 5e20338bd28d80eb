package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each new session request leaves a record that its tenant and operators can read over HTTP. */
@ExtendWith(LeakCheck.class)
final class RequestRecordsTest {
  private static final String OWN = "Authorization: Bearer ch3ck0ut-s3cr3t";
  private static final String FOREIGN = "Authorization: Bearer n1ghtly-s3cr3t";
  private static final String OPERATOR = "Authorization: Bearer adm1n-s3cr3t";
  private static final String CLIENT = "User-Agent: selenium/4.38.0 (python linux)";

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  private void withTokens() throws IOException {
    lab.start(
        SimulatedFleet.of(2, 1),
        Map.of(
            "tokens",
            List.of(
                token("checkout", "ch3ck0ut-s3cr3t", "suite"),
                token("nightly", "n1ghtly-s3cr3t", "suite"),
                token("admin", "adm1n-s3cr3t", "operator"))));
  }

  private Map<String, Object> token(String name, String secret, String role) throws IOException {
    Path file = Files.writeString(secrets.resolve(name), secret);
    return Map.of("name", name, "role", role, "secretFile", file.toString());
  }

  private JsonNode get(String path, String... headers) throws IOException {
    Answered answered = lab.ask("GET", path, "", headers).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    return answered.json();
  }

  /** A request that has ended; another replica writes it within a second. */
  private JsonNode recorded(String id) throws IOException {
    String path = "/api/requests/" + id;
    Lab.until("on every replica: " + path, () -> isThere(path) && isThere(path));
    return get(path);
  }

  private boolean isThere(String path) throws IOException {
    return lab.ask("GET", path, "").answered().status() == 200;
  }

  private boolean hasTwoCommands(String session) throws IOException {
    return get("/api/sessions/" + session).at("/commands/count").asInt() == 2;
  }

  private JsonNode listed(String query, int rows, String... headers) {
    JsonNode[] page = new JsonNode[1];
    Lab.until(
        rows + " rows of " + query,
        () -> {
          page[0] = get("/api/requests" + query, headers).path("items");
          return page[0].size() == rows;
        });
    return page[0];
  }

  private static List<String> steps(JsonNode detail) {
    List<String> steps = new ArrayList<>();
    detail
        .path("steps")
        .forEach(
            step -> {
              String device = step.path("device_name").asText("");
              String outcome = step.path("outcome").isNull() ? "" : step.path("outcome").asText();
              steps.add((step.path("step").asText() + " " + device + " " + outcome).strip());
            });
    return steps;
  }

  /** A replay of the record has to ask for the same device. */
  @Test
  void aNamedDeviceIsInTheSelectorByItsId() throws IOException {
    lab.start(2);

    String session = lab.newSession("'appium:udid':'phone-2-1'").answered().sessionId();

    JsonNode row = listed("?session=" + session, 1).get(0);
    assertThat(row.path("selector").asText()).contains("id:" + row.path("device_id").asText());
    lab.delete(session);
  }

  @Test
  void aRequestThatFailsOnOneDeviceAndSucceedsOnAnotherIsRecordedStepByStep() throws IOException {
    lab.start(2);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("adb: device not found"));

    String session =
        lab.newSession(
                "'platformName':'Android','gridfleet:selector':'os_version:>=10 -model:xyz',"
                    + "'gridfleet:testName':'<img src=x onerror=alert(1)>',"
                    + "'appium:settings[pin]':'s3cr3t-pin','appium:noReset':true",
                CLIENT)
            .answered()
            .sessionId();

    JsonNode row = listed("?session=" + session, 1).get(0);
    assertThat(row.path("outcome").asText()).isEqualTo("created");
    assertThat(row.path("client").asText()).isEqualTo("selenium python 4.38.0");
    assertThat(row.path("test_name").asText()).isEqualTo("<img src=x onerror=alert(1)>");
    assertThat(row.path("device_name").asText()).isEqualTo("phone-2-1");
    assertThat(row.path("attempts").asInt()).isEqualTo(2);
    assertThat(row.path("tenant").asText()).isEqualTo("anonymous");
    assertThat(row.path("total_ms").asLong())
        .isGreaterThanOrEqualTo(row.path("own_ms").asLong() + row.path("waited_ms").asLong());
    JsonNode detail = get("/api/requests/" + row.path("id").asText());
    assertThat(steps(detail))
        .containsExactly(
            "admitted",
            "locked phone-1-1",
            "attempt phone-1-1",
            "attempt_ended phone-1-1 device_failed",
            "locked phone-2-1",
            "attempt phone-2-1",
            "attempt_ended phone-2-1 created",
            "published",
            "created");
    assertThat(detail.path("steps").get(3).path("node_text").asText())
        .isEqualTo("adb: device not found");
    JsonNode asked = detail.path("asked");
    assertThat(asked.path("selector").asText()).isEqualTo("os_version:>=10 -model:xyz");
    assertThat(asked.path("wait_ms").asLong()).isEqualTo(20_000);
    JsonNode candidate = asked.path("first_match").get(0);
    assertThat(candidate.path("appium:noReset").asBoolean()).isTrue();
    assertThat(candidate.path("appium:settings[pin]").asText()).isEqualTo("(not recorded)");
    assertThat(detail.toString()).doesNotContain("s3cr3t-pin");
    lab.delete(session);
  }

  @Test
  void aSecretThatANodeRepeatsIsNotRecorded() throws IOException {
    lab.start(1);
    lab.node(1)
        .faults()
        .next(
            1,
            NodeOperation.NEW_SESSION,
            Fault.invalidArgument("'hunter2-secret' is no valid password"));

    Answered refused =
        lab.newSession(
                "'platformName':'Android','appium:options':{'password':'hunter2-secret'},"
                    + "'appium:app':'https://me:geheim@host/x.apk?sig=abcdef'")
            .answered();

    assertThat(refused.message()).contains("hunter2-secret");
    String id = listed("", 1).get(0).path("id").asText();
    String detail = get("/api/requests/" + id).toString();
    assertThat(detail)
        .doesNotContain("hunter2", "geheim", "abcdef")
        .contains("'(not recorded)' is no valid password", "https://host/x.apk");
  }

  @Test
  void aRefusalNamesThePageThatExplainsIt() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("router", Map.of("trustedProxies", "127.0.0.0/8")));
    Answered refused =
        lab.newSession(
                "'gridfleet:selector':'model:none'",
                "X-Forwarded-Host: lab.example.com",
                "X-Forwarded-Proto: https")
            .answered();
    String id = refused.value().at("/data/request").asText();
    assertThat(refused.message())
        .startsWith("No matched devices were found: ")
        .endsWith(". See https://lab.example.com/ui/requests/" + id);
    String error = recorded(id).path("error").asText();
    assertThat(refused.message()).startsWith(error);
    assertThat(error).doesNotContain("/ui/");

    Answered unread = lab.newSession("'gridfleet:selector':'('").answered();
    String other = unread.value().at("/data/request").asText();
    assertThat(unread.message()).endsWith("See http://lab:4444/ui/requests/" + other);
    assertThat(recorded(other).path("outcome").asText()).isEqualTo("refused");
  }

  @Test
  void aNodesOwnRefusalIsPassedOnUnchangedAndAnUnknownTokenHasNoPage() throws IOException {
    withTokens();
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.invalidArgument("no such automation"));
    Answered refused = lab.newSession("'appium:udid':'phone-1-1'", OWN).answered();
    assertThat(refused.message()).isEqualTo("no such automation");
    assertThat(listed("?outcome=refused", 1, OWN).get(0).path("error").asText())
        .isEqualTo("no such automation");

    Answered stranger = lab.newSession("", "Authorization: Bearer wrong").answered();
    assertThat(stranger.text()).doesNotContain("/ui/requests");
  }

  @Test
  void aWaitingRequestIsListedAndShownWithWhatItWaitsFor() throws IOException {
    lab.start(1);
    String session = lab.session("");
    Asked asked =
        lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60,'gridfleet:testName':'checkout'");

    JsonNode row = listed("?outcome=waiting&test=CHECK", 1).get(0);
    assertThat(row.path("ended_at").isNull()).isTrue();
    assertThat(row.path("total_ms").isNull()).isTrue();
    JsonNode detail = get("/api/requests/" + row.path("id").asText());
    assertThat(steps(detail)).containsExactly("admitted", "queued");
    assertThat(detail.path("waiting").path("id")).isEqualTo(row.path("id"));

    lab.delete(session);
    String second = asked.answered().sessionId();
    JsonNode ended = listed("?session=" + second, 1).get(0);
    assertThat(ended.path("id")).isEqualTo(row.path("id"));
    assertThat(ended.path("waited_ms").asLong()).isPositive();
    JsonNode whole = get("/api/requests/" + row.path("id").asText());
    assertThat(whole.has("waiting")).isFalse();
    assertThat(steps(whole))
        .containsExactly(
            "admitted",
            "queued",
            "woken phone-1-1",
            "locked phone-1-1",
            "attempt phone-1-1",
            "attempt_ended phone-1-1 created",
            "published",
            "created");
    assertThat(listed("", 2).get(0).path("id")).isEqualTo(row.path("id"));
    lab.delete(second);
  }

  @Test
  void aSessionNamesItsRequestAndItsCommandsAlsoAfterItsEnd() throws IOException {
    lab.start(1);
    String session = lab.session("");
    lab.command(session);
    lab.node(1).faults().next(1, NodeOperation.COMMAND, Fault.invalidArgument("no"));
    lab.ask("POST", "/session/" + session + "/element?x=1", "{}").answered();
    String id = listed("?session=" + session, 1).get(0).path("id").asText();

    Lab.until("counted on every replica", () -> hasTwoCommands(session) && hasTwoCommands(session));
    JsonNode live = get("/api/sessions/" + session);
    assertThat(live.path("request_id").asText()).isEqualTo(id);
    assertThat(live.at("/commands/count").asInt()).isEqualTo(2);
    assertThat(live.at("/commands/errors").asInt()).isEqualTo(1);
    assertThat(live.at("/commands/recent_errors/0/path").asText()).isEqualTo("/element");
    assertThat(live.at("/commands/recent_errors/0/status").asInt()).isEqualTo(400);

    lab.delete(session);
    Lab.until(
        "the counts are written",
        () -> get("/api/sessions/" + session).at("/commands/errors").asInt() == 1);
  }

  @Test
  void aClientThatLeavesIsRecordedWithWhatIsCleanedUpAfterIt() throws IOException {
    lab.start(1);
    String session = lab.session("");
    Asked asked = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");
    lab.leavesTheQueue(asked);
    JsonNode row = listed("?outcome=client_left", 1).get(0);
    assertThat(steps(get("/api/requests/" + row.path("id").asText())))
        .containsExactly("admitted", "queued", "client_left  queued");
    lab.delete(session);

    lab.resetWhenPublished(() -> lab.newSession(""));
    JsonNode second = listed("?outcome=client_left", 2).get(0);
    Lab.until(
        "cleaned up",
        () ->
            steps(get("/api/requests/" + second.path("id").asText()))
                .contains("cleaned_up phone-1-1"));
    Lab.until(
        "written again",
        () ->
            lab
                .server()
                .store()
                .requestHistory()
                .find(second.path("id").asText())
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .steps()
                .stream()
                .anyMatch(step -> step.kind().name().equals("CLEANED_UP")));
  }

  @Test
  void aRequestThatCanNotBeReadIsRecordedWithItsError() throws IOException {
    withTokens();
    lab.newSession("'gridfleet:selector':'model:(','gridfleet:testName':'typo'", OWN).answered();
    lab.newSession("'gridfleet:selector':'x'", "Authorization: Bearer wrong").answered();

    JsonNode row = listed("", 1, OPERATOR).get(0);
    assertThat(row.path("outcome").asText()).isEqualTo("refused");
    assertThat(row.path("tenant").asText()).isEqualTo("checkout");
    assertThat(row.path("test_name").asText()).isEqualTo("typo");
    assertThat(row.path("selector").asText()).isEqualTo("model:(");
    assertThat(row.path("error").asText()).isNotEmpty();
    assertThat(listed("", 1, OWN)).hasSize(1);
  }

  @Test
  void aTenantSeesItsOwnRequestsAndAnotherOnesIsUnknown() throws IOException {
    withTokens();
    String session = lab.newSession("", OWN).answered().sessionId();
    String id = listed("", 1, OWN).get(0).path("id").asText();

    assertThat(listed("", 0, FOREIGN)).isEmpty();
    assertThat(listed("?tenant=checkout", 0, FOREIGN)).isEmpty();
    assertThat(listed("?tenant=checkout", 1, OPERATOR)).hasSize(1);
    Answered foreign = lab.ask("GET", "/api/requests/" + id, "", FOREIGN).answered();
    Answered unknown = lab.ask("GET", "/api/requests/unknown", "", FOREIGN).answered();
    assertThat(foreign.status()).isEqualTo(404);
    assertThat(foreign.json().at("/error/message").asText().replace(id, "unknown"))
        .isEqualTo(unknown.json().at("/error/message").asText());
    assertThat(get("/api/requests/" + id, OPERATOR).path("tenant").asText()).isEqualTo("checkout");
    lab.ask("DELETE", "/session/" + session, "", OWN).answered();
  }

  @Test
  void pagesFollowACursorWhileRequestsAreAdded() throws IOException {
    lab.start(1);
    Set<String> before = new LinkedHashSet<>();
    for (int i = 0; i < 7; i++) {
      lab.newSession("'gridfleet:selector':'('").answered();
    }
    listed("", 7).forEach(row -> before.add(row.path("id").asText()));

    Set<String> seen = new LinkedHashSet<>();
    String cursor = "";
    do {
      JsonNode page = get("/api/requests?limit=3&cursor=" + cursor);
      page.path("items").forEach(row -> assertThat(seen.add(row.path("id").asText())).isTrue());
      cursor = page.path("next_cursor").asText("");
      lab.newSession("'gridfleet:selector':'('").answered();
    } while (!cursor.isEmpty() && !cursor.equals("null"));

    assertThat(seen).containsExactlyElementsOf(before);
    for (String bad : List.of("cursor=x", "limit=0", "limit=501", "outcome=odd", "from=x")) {
      assertThat(lab.ask("GET", "/api/requests?" + bad, "").answered().status())
          .as(bad)
          .isEqualTo(422);
    }
  }

  @Test
  void nothingIsRecordedWhereTheConfigurationSaysSo() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("history", Map.of("most", 0)));
    Asked refused = lab.newSession("'gridfleet:selector':'('");
    assertThat(refused.answered().status()).isEqualTo(400);

    assertThat(get("/api/requests").path("items")).isEmpty();
  }
}
