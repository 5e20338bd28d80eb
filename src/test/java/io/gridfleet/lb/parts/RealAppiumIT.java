package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appium.java_client.AppiumBy;
import io.appium.java_client.AppiumDriver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Capabilities;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.SessionNotCreatedException;

/** Appium's Java client drives real Appium servers through the front door. */
class RealAppiumIT {
  @RegisterExtension static final RealLab LAB = RealLab.open();

  @Test
  void appiumJavaDrivesTwoDevicesOnTwoServers() throws IOException {
    AppiumDriver first = start(RealLab.phone("model:\"Fake One\""));
    AppiumDriver second = start(RealLab.phone("model:\"Fake Two\""));
    try {
      assertThat(udid(first)).isEqualTo("fake-1");
      assertThat(udid(second)).isEqualTo("fake-2");
      for (AppiumDriver driver : new AppiumDriver[] {first, second}) {
        assertThat(driver.getPageSource()).contains("GridFleet shop");
        driver.findElement(AppiumBy.xpath("//MockButton[@id='buy']")).click();
        assertThat(driver.getScreenshotAs(OutputType.BYTES)).startsWith(0x89, 'P', 'N', 'G');
      }
    } finally {
      first.quit();
      second.quit();
    }
  }

  @Test
  void aBusyServerLeadsToADeviceOfAnother() throws IOException {
    AppiumDriver selfish =
        start(RealLab.with(RealLab.phone("model:\"Fake One\""), "appium:uniqueApp", true));
    try {
      AppiumDriver other = start(RealLab.phone("model:\"Beside One\",model:\"Fake Two\""));
      assertThat(udid(other)).isEqualTo("fake-2");
      other.quit();
    } finally {
      selfish.quit();
    }
  }

  @Test
  void aMissingAppIsReportedAtOnceWithAppiumsErrorAndNothingIsAvoided() throws IOException {
    Capabilities noApp =
        RealLab.with(RealLab.phone("model:\"Fake One\""), "appium:app", "no-such-app.xml");
    assertThatThrownBy(() -> start(noApp).quit())
        .isInstanceOf(SessionNotCreatedException.class)
        .hasMessageContaining("no-such-app.xml");

    AppiumDriver next = start(RealLab.phone("model:\"Fake One\",model:\"Fake Two\""));
    assertThat(udid(next)).as("the better ranked device is not avoided").isEqualTo("fake-1");
    next.quit();
  }

  @Test
  void aServerThatIsKilledWhileItCreatesLeadsToADeviceOfAnother() throws Exception {
    try (DoomedAppium doomed = DoomedAppium.start();
        FrontDoorProcess alone = RealLab.over(doomed.address())) {
      doomed.freeze();
      var session =
          Started.inBackground(
              () ->
                  new AppiumDriver(
                      alone.url(), RealLab.phone("model:\"Fake One\",model:\"Fake Two\"")));
      doomed.awaitCreateOnTheWire();
      doomed.kill();
      AppiumDriver driver = session.get();
      assertThat(udid(driver)).isEqualTo("fake-2");
      driver.quit();
      assertThat(row(alone, "fake-1")).contains("\"kind\":\"avoided\"");
      assertThat(row(alone, "fake-2")).doesNotContain("\"kind\":\"avoided\"");
    }
  }

  /** The device's row of the API, as text. */
  private static String row(FrontDoorProcess door, String udid) throws Exception {
    URI device = URI.create(door.url() + "/api/devices/by-connection-target/" + udid);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(device).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private AppiumDriver start(Capabilities capabilities) throws IOException {
    return new AppiumDriver(LAB.door().url(), capabilities);
  }

  private static String udid(AppiumDriver driver) {
    return String.valueOf(driver.getCapabilities().getCapability("appium:udid"));
  }
}
