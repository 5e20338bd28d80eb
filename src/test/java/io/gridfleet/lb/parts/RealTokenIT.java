package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appium.java_client.AppiumDriver;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.remote.RemoteWebDriver;

/** Unmodified Java clients with the token of a lab in the URL, and without one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealTokenIT {
  private static final String TOKEN = "a-token-of-a-lab";

  @TempDir static Path folder;

  private FrontDoorProcess door;

  @BeforeAll
  void open() throws IOException {
    door = RealLab.openWithToken(Files.writeString(folder.resolve("token"), TOKEN));
  }

  @AfterAll
  void close() {
    if (door != null) {
      door.close();
    }
  }

  private URL url(String base) throws IOException {
    return URI.create(door.address() + base).toURL();
  }

  @Test
  void seleniumJavaDrivesChromium() throws IOException {
    RemoteWebDriver driver = new RemoteWebDriver(url("/v0/" + TOKEN), RealLab.browser());
    try {
      driver.get("data:text/html,<title>till</title>");
      assertThat(driver.getTitle()).isEqualTo("till");
      assertThat(driver.executeScript("return 6 * 7")).isEqualTo(42L);
    } finally {
      driver.quit();
    }
  }

  @Test
  void appiumJavaDrivesADevice() throws IOException {
    AppiumDriver driver =
        new AppiumDriver(
            url("/v0/" + TOKEN + "/wd/hub"),
            RealLab.phone("model:\"Fake One\",model:\"Fake Two\""));
    try {
      assertThat(driver.getPageSource()).contains("GridFleet shop");
    } finally {
      driver.quit();
    }
  }

  @Test
  void withoutATokenThereIsNoSessionAndNoAnswerToACommandOfAnother() throws Exception {
    assertThatThrownBy(() -> new RemoteWebDriver(url(""), RealLab.browser()).quit())
        .isInstanceOf(WebDriverException.class);
    RemoteWebDriver driver = new RemoteWebDriver(url("/v0/" + TOKEN), RealLab.browser());
    try {
      String path = "/session/" + driver.getSessionId();
      assertThat(door.get(path + "/title").statusCode()).isEqualTo(401);
      assertThat(door.delete(path).statusCode()).isEqualTo(401);
      assertThat(driver.getTitle()).isEmpty();
    } finally {
      driver.quit();
    }
  }
}
