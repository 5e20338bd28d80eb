package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.WebElement;

/** Signing in and out in a real browser. */
final class UiSignInIT {
  @TempDir static Path folder;

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiSignInIT::withTokens);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private static UiLab withTokens() throws IOException {
    return UiLab.demo(
        Map.of(
            "tokens",
            List.of(token("night", "operator", "s3cr3t"), token("day", "viewer", "v13w"))));
  }

  private static Map<String, Object> token(String name, String role, String secret)
      throws IOException {
    String file = Files.writeString(folder.resolve(name), secret).toString();
    return Map.of("name", name, "role", role, "secretFile", file);
  }

  @Test
  void aTokenIsTakenOnceAndTheAddressStays() {
    browser.open(lab, "/ui/devices");
    browser.untilShows("Sign in");
    browser.check();
    signIn("wrong");
    browser.untilShows("This token isn't known here");
    browser.consoleErrors();
    signIn("s3cr3t");
    browser.untilShows("night (operator)");
    browser.until("devices", "return document.title === 'Devices · GridFleet LB'");
    Cookie cookie = browser.driver().manage().getCookieNamed(SignIns.COOKIE);
    assertThat(cookie.isHttpOnly()).isTrue();
    assertThat(cookie.getSameSite()).isEqualTo("Strict");
    assertThat(browser.driver().executeScript("return document.cookie")).isEqualTo("");

    browser.open(lab, "/ui");
    browser.untilShows("android");
    browser.check();
    browser.press("Sign out");
    browser.untilShows("This lab asks for a token");
    assertThat(browser.driver().manage().getCookieNamed(SignIns.COOKIE)).isNull();
  }

  private void signIn(String token) {
    WebElement field = browser.find("input[type=password]");
    field.clear();
    field.sendKeys(token);
    browser.pressEnter();
  }

  @Test
  void aSignInThatEndsElsewhereLeadsBackToTheToken() {
    browser.open(lab, "/ui");
    signIn("v13w");
    browser.untilShows("day (viewer)");
    browser.driver().manage().deleteAllCookies();
    browser.type("g", "q");
    browser.type("g", "n");
    browser.untilShows("This lab asks for a token");
  }
}
