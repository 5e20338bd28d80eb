package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.By;
import org.openqa.selenium.InvalidArgumentException;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.NoSuchSessionException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.remote.RemoteWebDriver;

/** Selenium's Java client drives a real Chromium through the front door. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealChromiumIT {
  private FrontDoor door;

  @BeforeAll
  void open() throws IOException {
    door = RealLab.open();
  }

  @AfterAll
  void close() {
    if (door != null) {
      door.close();
    }
  }

  @Test
  void seleniumJavaDrivesChromium() throws IOException {
    RemoteWebDriver driver = start();
    try {
      driver.get(page("till", "<input id=amount>"));
      assertThat(driver.getTitle()).isEqualTo("till");
      WebElement amount = driver.findElement(By.id("amount"));
      amount.sendKeys("12");
      assertThat(amount.getDomProperty("value")).isEqualTo("12");
      assertThat(driver.executeScript("return 6 * 7")).isEqualTo(42L);
      assertThat(driver.getScreenshotAs(OutputType.BYTES)).startsWith(0x89, 'P', 'N', 'G');
      assertThatThrownBy(() -> driver.findElement(By.id("nothing")))
          .isInstanceOf(NoSuchElementException.class);
    } finally {
      driver.quit();
    }
  }

  @Test
  void twoChromiumsAtOnceKeepTheirOwnPages() throws IOException {
    RemoteWebDriver first = start();
    RemoteWebDriver second = start();
    try {
      first.get(page("first", ""));
      second.get(page("second", ""));
      assertThat(first.getTitle()).isEqualTo("first");
      assertThat(second.getTitle()).isEqualTo("second");
    } finally {
      first.quit();
      second.quit();
    }
  }

  @Test
  void aSessionThatWasDeletedIsToldAsSuch() throws Exception {
    RemoteWebDriver driver = start();
    assertThat(door.delete("/session/" + driver.getSessionId()).statusCode()).isEqualTo(200);
    assertThatThrownBy(driver::getTitle).isInstanceOf(NoSuchSessionException.class);
  }

  @Test
  void capabilitiesThatTheBrowserRefusesComeBackAsTheDriverSaidIt() {
    assertThatThrownBy(
            () ->
                new RemoteWebDriver(
                        door.url(), RealLab.with(RealLab.browser(), "pageLoadStrategy", "whenever"))
                    .quit())
        .isInstanceOfAny(SessionNotCreatedException.class, InvalidArgumentException.class)
        .hasMessageContaining("pageLoadStrategy");
  }

  private RemoteWebDriver start() throws IOException {
    return new RemoteWebDriver(door.url(), RealLab.browser());
  }

  private static String page(String title, String body) {
    String html = "<title>" + title + "</title>" + body;
    return "data:text/html," + URLEncoder.encode(html, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
