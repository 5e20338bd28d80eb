package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appium.java_client.AppiumDriver;
import java.io.IOException;
import java.net.URL;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Capabilities;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.remote.RemoteWebDriver;

/**
 * A wait for a busy device, with progress on: it ends in a session, or in an error with its reason.
 */
@Execution(ExecutionMode.CONCURRENT)
class SlowNewSessionIT {
  /** Longer than three progress ticks, and than most read time-outs of proxies in between. */
  private static final Duration WAIT = Duration.ofSeconds(35);

  @RegisterExtension static final RealLab LAB = RealLab.open();

  enum Client {
    SELENIUM_JAVA("Selenium Java") {
      @Override
      RemoteWebDriver start(URL url, Capabilities capabilities) {
        return new RemoteWebDriver(url, capabilities);
      }
    },
    APPIUM_JAVA("Appium Java") {
      @Override
      RemoteWebDriver start(URL url, Capabilities capabilities) {
        return new AppiumDriver(url, capabilities);
      }
    };

    private final String title;

    Client(String title) {
      this.title = title;
    }

    abstract RemoteWebDriver start(URL url, Capabilities capabilities);
  }

  @ParameterizedTest
  @EnumSource
  void aSlowNewSessionEndsInASession(Client client) throws Exception {
    String selector = "model:\"Slow " + client.title + " yes\"";
    RemoteWebDriver holder = client.start(LAB.door().url(), RealLab.phone(selector));
    long since = System.nanoTime();
    CompletableFuture<Void> freed =
        CompletableFuture.runAsync(
            holder::quit, CompletableFuture.delayedExecutor(WAIT.toSeconds(), TimeUnit.SECONDS));
    RemoteWebDriver driver =
        client.start(LAB.door().url(), waiting(selector, WAIT.multipliedBy(2)));
    freed.get();
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(WAIT);
    assertThat(driver.findElement(By.xpath("//MockButton[@id='buy']")).getText()).isNotNull();
    driver.quit();
  }

  @ParameterizedTest
  @EnumSource
  void aSlowNewSessionEndsInAnErrorWithItsReason(Client client) throws IOException {
    String selector = "model:\"Slow " + client.title + " no\"";
    RemoteWebDriver holder = client.start(LAB.door().url(), RealLab.phone(selector));
    long since = System.nanoTime();
    try {
      assertThatThrownBy(() -> client.start(LAB.door().url(), waiting(selector, WAIT)).quit())
          .isInstanceOf(SessionNotCreatedException.class)
          .hasMessageContaining("No available good condition devices");
      assertThat(Duration.ofNanos(System.nanoTime() - since))
          .isGreaterThanOrEqualTo(WAIT.minusSeconds(1));
    } finally {
      holder.quit();
    }
  }

  private static Capabilities waiting(String selector, Duration wait) {
    return RealLab.with(
        RealLab.with(
            RealLab.phone(selector), "gridfleet:waitForDeviceOnlineTimeout", wait.toSeconds()),
        "gridfleet:newSessionRequestProgress",
        true);
  }
}
