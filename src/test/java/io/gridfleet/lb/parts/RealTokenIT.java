package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appium.java_client.AppiumDriver;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.remote.RemoteWebDriver;

/** Unmodified Java clients with the token of a lab in the URL, and without one. */
class RealTokenIT {
  private static final String TOKEN = "a-token-of-a-lab";

  @RegisterExtension static final RealLab LAB = RealLab.withToken(TOKEN);

  private URL url(String base) throws IOException {
    return URI.create(LAB.door().address() + base).toURL();
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
      assertThat(LAB.door().get(path + "/title").statusCode()).isEqualTo(401);
      assertThat(LAB.door().delete(path).statusCode()).isEqualTo(401);
      assertThat(driver.getTitle()).isEmpty();
    } finally {
      driver.quit();
    }
  }
}
