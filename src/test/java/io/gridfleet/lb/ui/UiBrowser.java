package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.parts.RealPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.ImmutableCapabilities;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.remote.RemoteWebDriver;

/**
 * A real Chromium that opens screens of the UI and checks what each of them promises. It is found
 * as the other real parts are: {@code GRIDFLEET_PART_CHROMEDRIVER} is the URL of a chromedriver,
 * {@code GRIDFLEET_CHROMIUM} the path of the browser.
 *
 * <p>{@code browser.open(lab, "/ui/devices")} loads a screen and waits for its content; {@code
 * browser.check()} then asserts that it wrote no error to the console, that axe-core finds nothing
 * in light and dark, and that no name became markup. {@code browser.screen(lab, path)} does both.
 */
final class UiBrowser {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Path REPORT = Path.of("target/ui-report.txt");
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 900;
  private static final String MARK = "gridfleet-content";

  private static final List<String> ARGUMENTS =
      List.of(
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--lang=en-GB");

  private static @Nullable UiBrowser shared;

  private final RemoteWebDriver driver;
  private final JsonClient chromedriver;
  private String shown = "";

  /** The identifier of the script of {@link #withoutPolling()}; empty without one. */
  private String withoutPolling = "";

  private UiBrowser(RemoteWebDriver driver, URI chromedriver) {
    this.driver = driver;
    this.chromedriver = new JsonClient(chromedriver);
  }

  /** The browser of this JVM's tests, which run one after another; it ends with the JVM. */
  static synchronized UiBrowser shared() throws IOException {
    if (shared == null) {
      UiBrowser opened = open();
      Runtime.getRuntime().addShutdownHook(new Thread(opened::close));
      shared = opened;
    }
    return shared;
  }

  /** Leaves the page, closes other tabs, forgets cookies and what was emulated. */
  void clear() {
    List<String> tabs = List.copyOf(driver.getWindowHandles());
    for (String tab : tabs.subList(1, tabs.size())) {
      driver.switchTo().window(tab).close();
    }
    driver.switchTo().window(tabs.get(0));
    driver.get("about:blank");
    cdp("Network.clearBrowserCookies", Map.of());
    offline(false);
    if (!withoutPolling.isEmpty()) {
      cdp("Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", withoutPolling));
      withoutPolling = "";
    }
    theme("light");
    size(WIDTH, HEIGHT);
    consoleErrors();
  }

  /**
   * From the next page on, and until {@link #clear()}, timers of two seconds and more never fire: a
   * screen calls the API again only after an event of the server, never because time has passed.
   */
  UiBrowser withoutPolling() {
    String script =
        "const later = window.setTimeout;"
            + " window.setTimeout = (call, delay, ...rest) =>"
            + " (delay >= 2000 ? 0 : later.call(window, call, delay, ...rest));";
    withoutPolling =
        cdp("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script))
            .path("value")
            .path("identifier")
            .asText();
    return this;
  }

  private static UiBrowser open() throws IOException {
    URI chromedriver = RealPart.CHROMEDRIVER.uri();
    Map<String, Object> options = Map.of("binary", RealPart.CHROMIUM.where(), "args", ARGUMENTS);
    UiBrowser browser =
        new UiBrowser(
            new RemoteWebDriver(
                chromedriver.toURL(),
                new ImmutableCapabilities(
                    Map.of(
                        "browserName",
                        "chrome",
                        "goog:loggingPrefs",
                        Map.of("browser", "ALL"),
                        "goog:chromeOptions",
                        options))),
            chromedriver);
    browser.size(WIDTH, HEIGHT);
    return browser;
  }

  RemoteWebDriver driver() {
    return driver;
  }

  void size(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  /** Loads a screen and waits for its content; notes how long that took. */
  UiBrowser open(UiLab lab, String path) {
    shown = path;
    driver.get(lab.url(path));
    untilContent();
    report("%-40s first content after %4s ms; %s".formatted(path, millis(), calls()));
    return this;
  }

  /** As {@link #open(UiLab, String)}, with all checks. */
  UiBrowser screen(UiLab lab, String path) {
    return open(lab, path).check();
  }

  /** A screen marks its first data; one that shows none has a heading and loads nothing. */
  private void untilContent() {
    until(
        "content of " + shown,
        "return performance.getEntriesByName('"
            + MARK
            + "').length > 0 || (document.querySelector('main h1') !== null"
            + " && document.querySelector('.loading') === null)");
  }

  private String millis() {
    Object at =
        driver.executeScript(
            "return (performance.getEntriesByName('"
                + MARK
                + "')[0] ?? {startTime: performance.now()}).startTime");
    return String.valueOf(Math.round(((Number) at).doubleValue()));
  }

  /** The calls of the API that the screen made first, and how long they took. */
  private String calls() {
    return String.valueOf(
        driver.executeScript(
            "return performance.getEntriesByType('resource')"
                + ".filter((one) => one.initiatorType === 'fetch' && one.responseEnd > 0)"
                + ".map((one) => `${new URL(one.name).pathname} ${Math.round(one.duration)} ms`)"
                + ".slice(0, 4).join(', ')"));
  }

  /** Errors of scripts since the last call; an answer that isn't 200 is none. */
  List<String> scriptErrors() {
    return consoleErrors().stream()
        .filter(line -> !line.contains("Failed to load resource"))
        .toList();
  }

  /** Waits until a script returns true. */
  void until(String what, String script) {
    await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .pollDelay(Duration.ZERO)
        .until(() -> Boolean.TRUE.equals(driver.executeScript(script)));
  }

  /** Waits until the page shows a text. */
  void untilShows(String text) {
    await("shows " + text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> assertThat(text()).contains(text));
  }

  /** Waits until the page doesn't show a text any more. */
  void untilHides(String text) {
    await("hides " + text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> assertThat(text()).doesNotContain(text));
  }

  /** What a person reads. */
  String text() {
    return String.valueOf(driver.executeScript("return document.body.innerText"));
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  /** Presses the button with these words, in the dialog if one is open. */
  void press(String words) {
    String scope = "(document.querySelector('dialog[open]') ?? document)";
    String script =
        "return [..."
            + scope
            + ".querySelectorAll('button')].find(b => b.innerText.trim() === arguments[0])";
    await("button " + words)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .pollDelay(Duration.ZERO)
        .until(() -> driver.executeScript(script, words) != null);
    ((WebElement) driver.executeScript(script, words)).click();
  }

  /** Types keys where the focus is. */
  void type(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  void pressEnter() {
    type(Keys.ENTER);
  }

  /** Asserts what each screen promises. */
  UiBrowser check() {
    assertThat(consoleErrors()).as("console of " + shown).isEmpty();
    assertThat(driver.executeScript("return document.querySelectorAll('#app img').length"))
        .as("names that became markup on " + shown)
        .isEqualTo(0L);
    assertThat(driver.executeScript("return window.hostile ?? null")).as(shown).isNull();
    assertThat(driver.getTitle()).endsWith("· GridFleet LB");
    theme("light");
    assertThat(violations(new AxeBuilder())).as("axe-core on " + shown + ", light").isEmpty();
    theme("dark");
    assertThat(violations(new AxeBuilder())).as("axe-core on " + shown + ", dark").isEmpty();
    theme("light");
    return this;
  }

  /** Errors and warnings since the last call. */
  List<String> consoleErrors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  @SuppressWarnings("deprecation") // the other mode opens a window for each run
  private List<String> violations(AxeBuilder rules) {
    return rules.setLegacyMode(true).analyze(driver).getViolations().stream()
        .map(UiBrowser::text)
        .toList();
  }

  private static String text(Rule rule) {
    return "%s: %s %s"
        .formatted(
            rule.getId(),
            rule.getHelp(),
            rule.getNodes().stream().limit(3).map(node -> node.getHtml()).toList());
  }

  void theme(String scheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Cuts the connection to the server, or restores it. */
  void offline(boolean offline) {
    cdp(
        "Network.emulateNetworkConditions",
        Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  private JsonNode cdp(String command, Map<String, Object> parameters) {
    try {
      String body =
          JsonClient.JSON.writeValueAsString(Map.of("cmd", command, "params", parameters));
      JsonClient.Reply reply =
          chromedriver.post("/session/" + driver.getSessionId() + "/goog/cdp/execute", body);
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      return reply.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Keeps a picture of what is seen in target/screenshots; with -Dgridfleet.screenshots.write also
   * where the documents have it.
   */
  void screenshot(String name) throws IOException {
    byte[] png = driver.getScreenshotAs(OutputType.BYTES);
    Files.createDirectories(Path.of("target/screenshots"));
    Files.write(Path.of("target/screenshots", name + ".png"), png);
    if (Boolean.getBoolean("gridfleet.screenshots.write")) {
      Path folder = Files.createDirectories(Path.of("src/site/resources"));
      Files.write(folder.resolve(name + ".png"), png);
    }
  }

  /** Adds a line to the report of this build. */
  static void report(String line) {
    try {
      Files.createDirectories(REPORT.getParent());
      Files.writeString(
          REPORT,
          line.toLowerCase(Locale.ROOT).strip() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void close() {
    driver.quit();
  }
}
