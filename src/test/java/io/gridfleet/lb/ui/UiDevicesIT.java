package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What is done to devices and sessions on their screens, in a real browser, and its effect. */
final class UiDevicesIT {
  private static final int MAX_TABS = 60;

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  /** Moves the focus by keys until it is on the control with this name. */
  private void tabTo(String name, CharSequence keys) {
    String focused =
        "const on = document.activeElement;"
            + " return on.getAttribute('aria-label') ?? on.innerText?.trim() ?? ''";
    for (int tabs = 0; tabs < MAX_TABS; tabs++) {
      if (name.equals(browser.driver().executeScript(focused))) {
        return;
      }
      browser.type(keys);
    }
    throw new AssertionError("no key leads to " + name);
  }

  private void changeByKeys(String action, String state) {
    tabTo("Select Pixel 8, rack 1", Keys.TAB);
    browser.type(" ");
    browser.untilShows("1 selected");
    tabTo(action, Keys.chord(Keys.SHIFT, Keys.TAB));
    browser.pressEnter();
    browser.untilShows(action + ": Pixel 8, rack 1?");
    tabTo(action, Keys.TAB);
    browser.pressEnter();
    browser.until(
        state, "return document.querySelector('td .state')?.innerText === '" + state + "'");
    browser.until("closed", "return document.querySelector('dialog[open]') === null");
  }

  @Test
  void keysTakeADeviceIntoMaintenanceAndBack() throws IOException {
    browser.open(lab, "/ui/devices");
    browser.type("/");
    browser.type("model:\"Pixel 8\"");
    browser.until(
        "one device",
        "return document.querySelector('table')?.ariaRowCount === '2'"
            + " || document.querySelector('table')?.getAttribute('aria-rowcount') === '2'");
    assertThat(browser.driver().getCurrentUrl()).contains("selector=model");
    changeByKeys("Maintenance", "maintenance");
    Wire client =
        lab.waiting(
            "'gridfleet:selector':{'model':'Pixel 8'},'gridfleet:waitForDeviceOnlineTimeout':600");
    changeByKeys("Back", "busy");
    assertThat(client.readResponse().head().status()).isEqualTo(200);
    assertThat(browser.consoleErrors()).isEmpty();
  }

  @Test
  void aSessionThatIsEndedIsGoneOnItsNode() throws IOException {
    String session =
        lab.session(
            "'gridfleet:selector':{'model':'iPhone XR'},'gridfleet:testName':'checkout test'");
    assertThat(lab.liveSessions()).anyMatch(live -> live.udid().equals("00008020-003F"));
    browser.open(lab, "/ui/sessions/" + session);
    browser.press("End…");
    browser.untilShows("End this session?");
    assertThat(browser.find("dialog[open]").getText())
        .contains("The test checkout test")
        .contains("iPhone XR, bench 2");
    browser.press("End it");
    browser.untilShows("The session was killed by an operator");
    Lab.until(
        "the node has ended it",
        () -> lab.liveSessions().stream().noneMatch(live -> live.udid().equals("00008020-003F")));
  }

  @Test
  void jsonIsSavedOnlyWhenItIsValid() throws IOException {
    String device = "";
    for (JsonNode row : ui.json("/api/devices?view=summary")) {
      if (row.path("name").asText().startsWith("Moto X")) {
        device = row.path("id").asText();
      }
    }
    browser.open(lab, "/ui/devices/" + device);
    edit("Test data as JSON", "{\"account\": \"a1\"}");
    Lab.until("test data are saved", saved("/api/devices/" + device + "/test_data", "account"));
    edit("Tags as JSON", "{\"account\": \"a1\"}");
    Lab.until("tags are saved", saved("/api/devices/" + device, "account"));
    assertThat(browser.consoleErrors()).isEmpty();
  }

  private Callable<Boolean> saved(String path, String name) {
    return () -> {
      JsonNode row = ui.json(path);
      return row.path("tags").path(name).asText(row.path(name).asText()).equals("a1");
    };
  }

  private void edit(String label, String valid) {
    String editor = "//div[@class='json'][textarea[@aria-label='" + label + "']]";
    browser.untilShows("Test data");
    browser.until(
        label, "return document.querySelector('[aria-label=\"" + label + "\"]') !== null");
    WebElement text = browser.driver().findElement(By.xpath(editor + "/textarea"));
    WebElement save = browser.driver().findElement(By.xpath(editor + "//button[.='Save']"));
    text.sendKeys(Keys.chord(Keys.CONTROL, "a"), "{\"account\": ");
    assertThat(text.getAttribute("aria-invalid")).isEqualTo("true");
    assertThat(browser.driver().findElement(By.xpath(editor + "/p[@role='status']")).getText())
        .isNotEmpty();
    assertThat(save.isEnabled()).isFalse();
    text.sendKeys(Keys.chord(Keys.CONTROL, "a"), valid);
    assertThat(save.isEnabled()).isTrue();
    save.click();
  }

  @Test
  void backLeadsToTheFilterBefore() {
    browser.open(lab, "/ui/devices");
    browser.find("select option[value=offline]").click();
    browser.untilShows("No device is in this state");
    assertThat(browser.driver().getCurrentUrl()).endsWith("/ui/devices?state=offline");
    browser.driver().navigate().back();
    browser.untilHides("No device is in this state");
    assertThat(browser.driver().getCurrentUrl()).endsWith("/ui/devices");
    assertThat(browser.find("main select").getAttribute("value")).isEmpty();
  }

  @Test
  void severalDevicesAreChangedAtOnceAndTheSelectionIsInTheAddress() {
    browser.open(lab, "/ui/devices?selector=device_type:ios");
    browser.until("three", "return document.querySelectorAll('tbody tr').length === 3");
    browser.find("[aria-label='Select all']").click();
    browser.untilShows("3 selected");
    browser.driver().navigate().refresh();
    browser.untilShows("3 selected");
    assertThat(browser.driver().getCurrentUrl()).contains("&selected=");
    browser.press("Maintenance");
    browser.untilShows("Maintenance: 3 devices?");
    browser.press("Maintenance");
    browser.untilShows("3 devices are in maintenance");
    browser.until("all", states("maintenance") + " === 3");
    assertThat(browser.driver().getCurrentUrl()).doesNotContain("selected=");
    browser.find("[aria-label='Select all']").click();
    browser.press("Back");
    browser.untilShows("Back: 3 devices?");
    browser.press("Back");
    browser.until("none", states("maintenance") + " === 0");
  }

  @Test
  void aDeviceShowsWhatASelectorCanName() throws IOException {
    String device = ui.json("/api/devices?view=summary&selector=geos:*").at("/0/id").asText();
    browser.open(lab, "/ui/devices/" + device);
    browser.until("details", "return document.querySelector('main details summary') !== null");
    browser.find("main details summary").click();
    browser.untilShows("Mountain View, US");
    browser.check();
  }

  private static String states(String state) {
    return "return [...document.querySelectorAll('td .state')]"
        + ".filter(one => one.innerText === '"
        + state
        + "').length";
  }
}
