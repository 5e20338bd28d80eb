package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.TcpLink;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;

/** The frame around the screens, in a real browser. */
final class UiShellIT {
  private static final List<String> SCREENS =
      List.of("", "/devices", "/queue", "/requests", "/sessions", "/runs", "/selector", "/usage");

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::demo);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  @Test
  void theFirstScreenShowsTheLab() throws IOException {
    String hostile = UiLab.HOSTILE.replace("\"", "\\\"");
    String phone =
        "'gridfleet:selector':{'model':'%1$s'},'gridfleet:testName':'%1$s'".formatted(hostile);
    String session = lab.session(phone);
    lab.waiting(phone + ",'gridfleet:waitForDeviceOnlineTimeout':60");
    browser.screen(lab, "/ui");
    assertThat(browser.driver().getTitle()).isEqualTo("Now · GridFleet LB");
    browser.untilShows("android");
    browser.untilShows("<img src=x onerror=");
    lab.client().delete("/session/" + session);
  }

  @Test
  void aScreenThatIsNotThereIsSaidAndOthersAreReached() {
    browser.driver().get(lab.url("/ui/nothing"));
    browser.untilShows("There is no such page");
    assertThat(browser.consoleErrors()).allMatch(line -> line.contains("/ui/nothing"));
    browser.check();
  }

  @Test
  void keysLeadToScreensAndBackLeadsBack() {
    browser.open(lab, "/ui");
    browser.type("g", "d");
    browser.until("devices", "return document.title === 'Devices · GridFleet LB'");
    assertThat(browser.driver().getCurrentUrl()).endsWith("/ui/devices");
    browser.until("the heading has the focus", "return document.activeElement.tagName === 'H1'");
    browser.driver().navigate().back();
    browser.until("now", "return document.title === 'Now · GridFleet LB'");
    browser.type("/");
    browser.until("the search", "return document.activeElement.hasAttribute('data-search')");
    browser.type(Keys.ESCAPE);
    browser.type("?");
    browser.untilShows("show these keys");
    browser.check();
    browser.press("Close");
    browser.untilHides("show these keys");
  }

  @Test
  void aLostConnectionIsShownAndComesBackByItself() {
    browser.open(lab, "/ui");
    browser.offline(true);
    try {
      browser.untilShows("can’t be reached");
    } finally {
      browser.offline(false);
    }
    browser.untilHides("can’t be reached");
    browser.consoleErrors();
  }

  /** A hung server, or a network that drops what passes: no connection fails. */
  @Test
  void aServerThatIsSilentIsShownAndComesBackByItself() throws IOException {
    try (TcpLink link = new TcpLink(lab.url("").substring("http://".length()))) {
      browser.driver().get("http://" + link.hostAndPort() + "/ui");
      browser.untilShows("android");
      link.freeze();
      try {
        browser.untilShows("can’t be reached");
      } finally {
        link.thaw();
      }
      browser.untilHides("can’t be reached");
      browser.driver().get("about:blank");
    }
    browser.consoleErrors();
  }

  /** A browser has six connections to a server, for all its tabs. */
  @Test
  void moreTabsThanABrowserHasConnectionsAreServed() {
    String first = browser.driver().getWindowHandle();
    for (int tab = 0; tab < 8; tab++) {
      browser.driver().switchTo().newWindow(WindowType.TAB);
      browser.open(lab, "/ui");
    }
    for (String tab : browser.driver().getWindowHandles()) {
      if (!tab.equals(first)) {
        browser.driver().switchTo().window(tab).close();
      }
    }
    browser.driver().switchTo().window(first);
  }

  @Test
  void itIsReadableOnAPhoneAndOnAWall() {
    for (int width : new int[] {380, 2560}) {
      browser.size(width, 900);
      for (String screen : SCREENS) {
        browser.open(lab, "/ui" + screen);
        assertThat(
                browser
                    .driver()
                    .executeScript(
                        "return document.documentElement.scrollWidth"
                            + " - document.documentElement.clientWidth"))
            .as("pixels beside the window of %d on /ui%s", width, screen)
            .isEqualTo(0L);
      }
    }
    browser.size(1280, 900);
  }
}
