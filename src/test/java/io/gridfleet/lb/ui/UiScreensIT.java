package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each screen with the demo's lab, hostile names among its devices, tests and capabilities: no
 * error on the console, nothing found by axe-core in light and dark, no name taken for markup.
 */
final class UiScreensIT {
  @RegisterExtension static final UiSetup ui = UiSetup.with(UiScreensIT::withASessionAndARequest);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private static UiLab withASessionAndARequest() throws IOException {
    UiLab lab = UiLab.demo();
    String hostile = UiLab.HOSTILE.replace("\"", "\\\"");
    String phone =
        "'gridfleet:selector':{'model':'%1$s'},'gridfleet:testName':'%1$s'".formatted(hostile);
    lab.session(phone);
    lab.waiting(phone + ",'gridfleet:waitForDeviceOnlineTimeout':600");
    return lab;
  }

  /** What the session of the lab says of itself. */
  private static String ofTheSession(String member) throws IOException {
    return ui.json("/api/sessions").at("/items/0").path(member).asText();
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
  void theScreenOfASession() throws IOException {
    browser.screen(lab, "/ui/sessions/" + ofTheSession("session_id"));
    browser.untilShows("<img src=x onerror=");
  }

  @Test
  void theScreenOfADevice() throws IOException {
    browser.screen(lab, "/ui/devices/" + ofTheSession("device_id"));
    browser.untilShows("<img src=x onerror=");
  }

  @Test
  void theScreenOfAWaitingRequest() throws IOException {
    String request = ui.json("/api/queue").at("/items/0/id").asText();
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
