import static com.codeborne.selenide.Condition.value;
import static com.codeborne.selenide.Selenide.$;
import static com.codeborne.selenide.Selenide.closeWebDriver;
import static com.codeborne.selenide.Selenide.executeJavaScript;
import static com.codeborne.selenide.Selenide.open;
import static com.codeborne.selenide.Selenide.title;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.codeborne.selenide.Configuration;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeOptions;

/** Selenide drives Chromium through the front door. */
final class SelenideTest {
  @TempDir Path folder;

  private static void start(String model) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(System.getenv("GRIDFLEET_CHROMIUM"));
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync");
    options.setCapability("gridfleet:selector", "browserName:chrome model:\"" + model + "\"");
    Configuration.remote = System.getenv("GRID_URL");
    Configuration.browserCapabilities = options;
    Configuration.savePageSource = false;
    Configuration.screenshots = false;
  }

  @AfterEach
  void stop() {
    closeWebDriver();
  }

  private static String page(String title, String body) {
    String html = "<title>" + title + "</title>" + body;
    return "data:text/html," + URLEncoder.encode(html, UTF_8).replace("+", "%20");
  }

  @Test
  void aFormIsFilledIn() {
    start("Chromium");
    open(page("till", "<input id=amount>"));
    assertEquals("till", title());
    $("#amount").setValue("12").shouldHave(value("12"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Chromium", "Selenium Grid"})
  void aFileOfTheClientIsUploaded(String model) throws IOException {
    start(model);
    Path file = Files.writeString(folder.resolve("upload.txt"), "twelve bytes");
    open(page("till", "<input type=file id=paper>"));
    $("#paper").uploadFile(file.toFile());
    Number size = executeJavaScript("return document.getElementById('paper').files[0].size");
    assertEquals(12, size.intValue());
  }
}
