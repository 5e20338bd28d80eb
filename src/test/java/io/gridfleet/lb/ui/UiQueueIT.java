package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The screens of requests, runs, selectors and usage: what they show, and that actions act. */
final class UiQueueIT {
  private static final String WAITS = ",'gridfleet:waitForDeviceOnlineTimeout':600";
  private static final Pattern BODY = Pattern.compile("-d '(.*)'$", Pattern.DOTALL);

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private void confirm(String sentence) {
    browser.until("a field", "return document.querySelector('dialog[open] input') !== null");
    browser.find("dialog[open] input").sendKeys(sentence);
  }

  @Test
  void aRequestTakenOutGetsTheSentence() throws Exception {
    String phone = "'appium:udid':'1A2B3C4D5E'";
    String session = lab.session(phone);
    try (Wire client = lab.waiting(phone + ",'gridfleet:testName':'Checkout'" + WAITS)) {
      browser.open(lab, "/ui/queue");
      browser.untilShows("Checkout");
      browser.press("Take out…");
      confirm("The phone goes to the repair shop.");
      browser.press("Take it out");
      assertThat(client.readResponse().text()).contains("The phone goes to the repair shop.");
      browser.untilShows("Nobody waits.");
      browser.check();
    }
    lab.client().delete("/session/" + session);
  }

  @Test
  void aWaitingRequestShowsWhatHindersItAndThenItsSession() throws Exception {
    String phone = "'gridfleet:selector':{'model':'Galaxy S23'}";
    String session = lab.session(phone);
    try (Wire client = lab.waiting(phone + ",'gridfleet:testName':'It\\u0027s slow'" + WAITS)) {
      String id = ui.json("/api/queue").at("/items/0/id").asText();
      browser.open(lab, "/ui/requests/" + id);
      browser.untilShows("Why it waits now");
      browser.untilShows("Galaxy S23, rack 1");
      browser
          .driver()
          .executeScript("navigator.clipboard.writeText = async (t) => window.copy = t");
      browser.press("Copy as curl");
      browser.until("a copy", "return window.copy !== undefined");
      String copied = (String) browser.driver().executeScript("return window.copy");
      Matcher body = BODY.matcher(copied);
      assertThat(body.find()).as(copied).isTrue();
      JsonNode asked =
          JsonClient.JSON
              .readTree(body.group(1).replace("'\\''", "'"))
              .at("/capabilities/alwaysMatch");
      assertThat(asked.at("/gridfleet:selector/model").asText()).isEqualTo("Galaxy S23");
      assertThat(asked.at("/gridfleet:testName").asText()).isEqualTo("It's slow");
      assertThat(asked.at("/gridfleet:waitForDeviceOnlineTimeout").asInt()).isEqualTo(600);
      lab.client().delete("/session/" + session);
      String created = client.readResponse().text();
      browser.untilHides("Why it waits now");
      browser.until(
          "created",
          "return document.querySelector('.facts .state')?.innerText.toLowerCase() === 'created'");
      browser.check();
      lab.client()
          .delete("/session/" + JsonClient.JSON.readTree(created).at("/value/sessionId").asText());
    }
  }

  @Test
  void aRunIsCancelledAndADeviceTakenOutOfIt() throws Exception {
    String body =
        """
        {"name": "Nightly", "requirements": [{"pack_id": "appium-xcuitest",
         "platform_id": "ios", "count": 2}]}
        """;
    JsonClient.Reply reply = lab.client().post("/api/runs", body);
    assertThat(reply.status()).as(reply.text()).isLessThan(300);
    String run = JsonClient.JSON.readTree(reply.text()).get("id").asText();
    String out = ui.json("/api/runs/" + run).at("/devices/0/device_id").asText();
    browser.open(lab, "/ui/runs/" + run);
    browser.press("Take out…");
    confirm("The cable is loose.");
    browser.press("Take it out");
    browser.untilShows("The cable is loose.");
    assertThat(ui.json("/api/devices/" + out).get("hold").asText()).isEqualTo("maintenance");
    String session =
        lab.session("'gridfleet:run_id':'" + run + "','gridfleet:testName':'Checkout'");
    browser.untilShows("Checkout");
    browser.check();
    browser.press("Cancel…");
    browser.press("Cancel the run");
    browser.untilShows("cancelled");
    Lab.until(
        "the session ends", () -> lab.client().get("/session/" + session + "/url").status() == 404);
    assertThat(ui.json("/api/runs/" + run).get("state").asText()).isEqualTo("cancelled");
  }

  @Test
  void aSelectorThatFitsNoDeviceShowsItsNearestMiss() {
    browser.open(lab, "/ui/selector?text=device_type%3Aios%20os_version%3A%3E99");
    browser.untilShows("3 devices would fit");
    assertThat(browser.text()).contains("Without os_version:>99").contains("0 of 13");
    browser.check();
  }

  @Test
  void aSelectorIsExplainedWhileItIsTyped() {
    browser.open(lab, "/ui/selector");
    browser.find("main input[type=search]").sendKeys("device_type:ios os_version:>99");
    browser.untilShows("3 devices would fit");
    browser.find("main input[type=search]").sendKeys(" geos:A, US");
    browser.untilShows("^");
  }

  /** Nothing was explained before. */
  @Test
  void anUnreadableSelectorInTheAddressIsPointedAt() {
    browser.driver().get(lab.url("/ui/selector?text=device_type%3Aios%20geos%3AA%2C%20US"));
    browser.untilShows("^");
    browser.untilHides("Loading…");
  }

  @Test
  void aCopiedSelectorKeepsItsQuotes() {
    browser.open(lab, "/ui/selector?text=model%3A%22Pixel%208%22");
    for (String client : new String[] {"Python", "JavaScript", "Ruby", "Java", "C#"}) {
      browser.find(".choice option[value='" + client + "']").click();
      browser.until(
          "the address has " + client,
          "return new URLSearchParams(location.search).get('client') === '" + client + "'");
      browser.untilShows("\"model:\\\"Pixel 8\\\"\"");
    }
    browser.driver().navigate().back();
    browser.untilShows("options.setCapability(\"gridfleet:selector\"");
  }

  @Test
  void usageIsDrawn() throws IOException {
    lab.client().delete("/session/" + lab.session("'appium:udid':'00008110-00TV'"));
    browser.open(lab, "/ui/usage");
    browser.until("a chart", "return document.querySelector('.uplot canvas') !== null");
    browser.check();
  }

  @Test
  void moreDevicesAreCompared() throws IOException {
    lab.client().delete("/session/" + lab.session("'appium:udid':'00008110-00TV'"));
    browser.open(lab, "/ui/usage?days=1&of=&selector=platformname%3A*&add=2");

    browser.until(
        "a replayed request",
        """
        document.querySelector('form button.primary:not([disabled])')?.click();
        const text = document.querySelector('main').innerText;
        return / requests replayed/.test(text) && !/(^|\\s)0 requests replayed/.test(text);
        """);
    browser.untilShows("as it is");
    browser.untilShows("Each added device is a copy of ");
    browser.check();
  }

  @Test
  void anInvalidReplayIsExplained() {
    browser.open(lab, "/ui/usage?of=&selector=platformname%3Anone&add=3");
    browser.until("a form", "return document.querySelector('form button.primary') !== null");
    browser.find("form button.primary").click();
    browser.untilShows("No device of the lab is of this kind");
    browser.find("input[name=add]").sendKeys("0");
    browser.until("the value in the address", "return location.search.includes('add=30')");
  }
}
