package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.InvalidArgumentException;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.NoSuchSessionException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.remote.LocalFileDetector;
import org.openqa.selenium.remote.RemoteWebDriver;

/** Selenium's Java client drives a real Chromium through the front door. */
class RealChromiumIT {
  @RegisterExtension static final RealLab LAB = RealLab.open();

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
  void aDeletedSessionIsReportedAsInvalid() throws Exception {
    RemoteWebDriver driver = start();
    assertThat(LAB.door().delete("/session/" + driver.getSessionId()).statusCode()).isEqualTo(200);
    assertThatThrownBy(driver::getTitle).isInstanceOf(NoSuchSessionException.class);
  }

  @Test
  void aFileOfTheClientsMachineReachesThePage(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("upload.txt");
    Files.writeString(file, "from the client");
    RemoteWebDriver driver = start();
    try {
      driver.setFileDetector(new LocalFileDetector());
      driver.get(page("upload", "<input type=file id=f>"));
      driver.findElement(By.id("f")).sendKeys(file.toString());

      assertThat(
              driver.executeAsyncScript(
                  "const done = arguments[0]; document.getElementById('f').files[0].text().then(done)"))
          .isEqualTo("from the client");
      assertThat(driver.executeScript("return document.getElementById('f').files[0].name"))
          .isEqualTo("upload.txt");
    } finally {
      driver.quit();
    }
  }

  @Test
  void headRequestsOfOneClientDoNotDisturbAnother() throws Exception {
    RemoteWebDriver driver = start();
    ExecutorService others = Executors.newFixedThreadPool(4);
    AtomicBoolean stop = new AtomicBoolean();
    try {
      String url = LAB.door().address() + "/session/" + driver.getSessionId() + "/title";
      List<Future<Integer>> floods = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        floods.add(others.submit(() -> headUntil(stop, URI.create(url))));
      }
      driver.get(page("quiet", ""));
      for (int i = 0; i < 300; i++) {
        assertThat(driver.getTitle()).isEqualTo("quiet");
      }
      start().quit();
      stop.set(true);
      for (Future<Integer> flood : floods) {
        assertThat(flood.get()).isPositive();
      }
    } finally {
      stop.set(true);
      others.shutdown();
      driver.quit();
    }
  }

  private static int headUntil(AtomicBoolean stop, URI target) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest head =
        HttpRequest.newBuilder(target).method("HEAD", BodyPublishers.noBody()).build();
    int sent = 0;
    while (!stop.get()) {
      http.send(head, BodyHandlers.discarding());
      sent++;
    }
    return sent;
  }

  @Test
  void refusedCapabilitiesAreReportedWithTheDriversError() {
    assertThatThrownBy(
            () ->
                new RemoteWebDriver(
                        LAB.door().url(),
                        RealLab.with(RealLab.browser(), "pageLoadStrategy", "whenever"))
                    .quit())
        .isInstanceOfAny(SessionNotCreatedException.class, InvalidArgumentException.class)
        .hasMessageContaining("pageLoadStrategy");
  }

  private RemoteWebDriver start() throws IOException {
    return new RemoteWebDriver(LAB.door().url(), RealLab.browser());
  }

  private static String page(String title, String body) {
    String html = "<title>" + title + "</title>" + body;
    return "data:text/html," + URLEncoder.encode(html, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
