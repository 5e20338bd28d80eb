package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The screen of a run: who ran which test with which outcome, and that its devices get free. */
final class UiRunsIT {
  private static final String WAITS = ",'gridfleet:waitForDeviceOnlineTimeout':600";

  @RegisterExtension
  static final UiSetup ui =
      UiSetup.with(() -> UiLab.demo(Map.of("runs", Map.of("claims", Map.of("enabled", true)))));

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private JsonNode send(String method, String path, String body) {
    JsonClient.Reply reply = lab.client().send(method, path, body, Map.of()).join();
    assertThat(reply.status()).as(path + " " + reply.text()).isBetween(200, 299);
    return reply.body();
  }

  private String run(int devices) {
    String body =
        """
        {"name": "Nightly", "requirements": [{"pack_id": "appium-xcuitest",
         "platform_id": "ios", "count": %d}]}
        """
            .formatted(devices);
    return send("POST", "/api/runs", body).path("id").asText();
  }

  /** A test of a worker as a testkit before 0.7 runs it; returns the device's name. */
  private String test(String run, String worker, String name, String outcome) throws IOException {
    String of = "/api/runs/" + run;
    JsonNode device = send("POST", of + "/claim", "{\"worker_id\":\"" + worker + "\"}");
    String session =
        lab.session(
            "'gridfleet:run_id':'%s','gridfleet:testName':'%s','appium:udid':'%s'"
                .formatted(run, name, device.path("connection_target").asText()));
    send("DELETE", "/session/" + session, null);
    send("PATCH", "/api/sessions/" + session + "/status", "{\"status\":\"" + outcome + "\"}");
    send(
        "POST",
        of + "/release",
        "{\"worker_id\":\"%s\",\"device_id\":\"%s\"}"
            .formatted(worker, device.path("device_id").asText()));
    return device.path("name").asText();
  }

  private String card(String title) {
    String script =
        "return [...document.querySelectorAll('section.card')]"
            + ".find(card => card.querySelector('h3').innerText === arguments[0])?.innerText ?? ''";
    return String.valueOf(browser.driver().executeScript(script, title)).replace('\n', ' ');
  }

  @Test
  void eachWorkerHasALaneWithItsTestsAndTheirOutcomes() throws IOException {
    String run = run(1);
    String phone = test(run, "gw0", "Login", "passed");
    assertThat(test(run, "gw1", "Basket", "failed")).isEqualTo(phone);
    test(run, "gw0", "Search", "error");
    send("POST", "/api/runs/" + run + "/claim", "{\"worker_id\":\"gw2\"}");

    browser.open(lab, "/ui/runs/" + run);
    browser.untilShows("Tests by worker");
    assertThat(card("Worker gw0"))
        .matches("(?is)Worker gw0.*passed Login on " + phone + ".*error Search on .*")
        .doesNotContain("Basket");
    assertThat(card("Worker gw1"))
        .matches("(?is).*failed Basket on " + phone + ".*")
        .doesNotContain("Login", "Search");
    assertThat(card("Worker gw2")).contains("No test yet.");
    browser.check();
    send("POST", "/api/runs/" + run + "/complete", "{}");
  }

  @Test
  void withoutClaimsEachDeviceIsALane() throws IOException {
    String run = run(1);
    String session = lab.session("'gridfleet:run_id':'" + run + "','gridfleet:testName':'Login'");
    send("PATCH", "/api/sessions/" + session + "/status", "{\"status\":\"failed\"}");
    browser.open(lab, "/ui/runs/" + run);
    browser.untilShows("Tests by device");
    String name = send("GET", "/api/runs/" + run, null).at("/devices/0/name").asText();
    assertThat(card(name)).containsIgnoringCase("failed Login");
    send("DELETE", "/session/" + session, null);
    send("POST", "/api/runs/" + run + "/complete", "{}");
  }

  /** The request isn't of the run: it waits until the run doesn't hold the device any more. */
  @ParameterizedTest
  @CsvSource({
    "Cancel…,Cancel the run",
    "Force release…,Release its devices by force",
  })
  void theDevicesOfARunThatIsEndedHereAreFree(String button, String action) throws Exception {
    String run = run(2);
    JsonNode device = send("GET", "/api/runs/" + run, null).at("/devices/0");
    String udid = "'appium:udid':'" + device.path("connection_target").asText() + "'";
    String session =
        lab.session("'gridfleet:run_id':'" + run + "'," + udid + ",'gridfleet:testName':'Login'");
    try (Wire client = lab.waiting(udid + WAITS)) {
      browser.open(lab, "/ui/runs/" + run);
      browser.untilShows("Login");
      browser.press(button);
      browser.press(action);
      browser.untilShows("cancelled");
      browser.untilShows("an operator");
      String created = client.readResponse().text();
      String other = JsonClient.JSON.readTree(created).at("/value/sessionId").asText();
      assertThat(other).as(created).isNotEmpty().isNotEqualTo(session);
      JsonNode row = send("GET", "/api/sessions/" + other, null);
      assertThat(row.path("device_id").asText()).isEqualTo(device.path("device_id").asText());
      JsonNode ended = send("GET", "/api/sessions/" + session, null);
      assertThat(ended.path("end_reason").asText()).isEqualTo("run_released");
      send("DELETE", "/session/" + other, null);
    }
  }
}
