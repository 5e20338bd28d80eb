package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each screen with the demo's lab, hostile names among its devices, tests and capabilities: no
 * error on the console, nothing found by axe-core in light and dark, no name taken for markup.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UiScreensIT {
  private UiLab lab;
  private UiBrowser browser;
  private String session = "";
  private String device = "";

  @BeforeAll
  void open() throws IOException {
    browser = UiBrowser.open();
    lab = UiLab.demo();
    String hostile = UiLab.HOSTILE.replace("\"", "\\\"");
    String phone =
        "'gridfleet:selector':{'model':'%1$s'},'gridfleet:testName':'%1$s'".formatted(hostile);
    session = lab.session(phone);
    lab.waiting(phone + ",'gridfleet:waitForDeviceOnlineTimeout':600");
    device = json("/api/sessions").at("/items/0/device_id").asText();
  }

  @AfterAll
  void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  private JsonNode json(String path) throws IOException {
    return JsonClient.JSON.readTree(lab.client().get(path).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui",
        "/ui/devices",
        "/ui/queue",
        "/ui/requests",
        "/ui/sessions",
        "/ui/runs",
        "/ui/selector?text=platform%3Aandroid",
        "/ui/usage"
      })
  void aScreenKeepsItsPromises(String path) {
    browser.screen(lab, path);
  }

  @Test
  void theScreenOfASession() {
    browser.screen(lab, "/ui/sessions/" + session);
    browser.untilShows("<img src=x onerror=");
  }

  @Test
  void theScreenOfADevice() {
    browser.screen(lab, "/ui/devices/" + device);
    browser.untilShows("<img src=x onerror=");
  }

  @Test
  void theScreenOfAWaitingRequest() throws IOException {
    String request = json("/api/queue").at("/items/0/id").asText();
    browser.screen(lab, "/ui/requests/" + request);
    browser.untilShows("Why it waits now");
    browser.untilShows("<img src=x onerror=");
    assertThat(browser.driver().getTitle()).startsWith("Request: <img");
  }

  @Test
  void theScreenOfARun() throws IOException {
    String body =
        """
        {"name": "%s", "requirements": [{"pack_id": "appium-uiautomator2",
         "platform_id": "android_mobile", "count": 1}]}
        """
            .formatted(UiLab.HOSTILE.replace("\"", "\\\""));
    JsonClient.Reply created = lab.client().post("/api/runs", body);
    assertThat(created.status()).as(created.text()).isLessThan(300);
    String run = JsonClient.JSON.readTree(created.text()).get("id").asText();
    browser.screen(lab, "/ui/runs/" + run);
    browser.untilShows("Tests by device");
    lab.client().post("/api/runs/" + run + "/cancel", "{}");
  }
}
