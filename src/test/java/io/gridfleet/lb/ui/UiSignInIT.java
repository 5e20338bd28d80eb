package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.WebElement;

/** Signing in and out in a real browser. */
final class UiSignInIT {

  @Test
  void aTokenIsTakenOnceAndTheAddressStays(@TempDir Path folder) throws Exception {
    String file = Files.writeString(folder.resolve("secret"), "s3cr3t").toString();
    List<Map<String, Object>> tokens =
        List.of(Map.of("name", "night", "role", "operator", "secretFile", file));
    try (UiBrowser browser = UiBrowser.open();
        UiLab lab = UiLab.demo(Map.of("tokens", tokens))) {
      browser.open(lab, "/ui/devices");
      browser.untilShows("Sign in");
      browser.check();
      signIn(browser, "wrong");
      browser.untilShows("This token isn't known here");
      browser.consoleErrors();
      signIn(browser, "s3cr3t");
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
  }

  private static void signIn(UiBrowser browser, String token) {
    WebElement field = browser.find("input[type=password]");
    field.clear();
    field.sendKeys(token);
    browser.pressEnter();
  }

  @Test
  void aSignInThatEndsElsewhereLeadsBackToTheToken(@TempDir Path folder) throws Exception {
    String file = Files.writeString(folder.resolve("secret"), "s3cr3t").toString();
    List<Map<String, Object>> tokens =
        List.of(Map.of("name", "night", "role", "viewer", "secretFile", file));
    try (UiBrowser browser = UiBrowser.open();
        UiLab lab = UiLab.demo(Map.of("tokens", tokens))) {
      browser.open(lab, "/ui");
      signIn(browser, "s3cr3t");
      browser.untilShows("night (viewer)");
      browser.driver().manage().deleteAllCookies();
      browser.type("g", "q");
      browser.type("g", "n");
      browser.untilShows("This lab asks for a token");
    }
  }
}
