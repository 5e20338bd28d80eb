package io.gridfleet.lb.parts;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.Capabilities;
import org.openqa.selenium.ImmutableCapabilities;

/**
 * The lab of {@code src/test/clients/lab.yaml}, over the parts of this machine, and requests for
 * it. As a static field of a test it is open while the tests of its class run.
 */
final class RealLab implements BeforeAllCallback, AfterAllCallback {
  private static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

  private static final List<String> CHROMIUM_ARGUMENTS =
      List.of(
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  /** Null without a token. */
  private final @Nullable String token;

  private @Nullable FrontDoorProcess door;

  private RealLab(@Nullable String token) {
    this.token = token;
  }

  /** Over the two Appium servers and the chromedriver that were announced. */
  static RealLab open() {
    return new RealLab(null);
  }

  /** The same behind one token. */
  static RealLab withToken(String token) {
    return new RealLab(token);
  }

  /** A front door over the same parts, except for another server in place of the first Appium. */
  static FrontDoorProcess over(URI firstAppium) throws IOException {
    return FrontDoorProcess.over(config(firstAppium));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    String config = config(RealPart.APPIUM_1.uri());
    door = FrontDoorProcess.over(token == null ? config : config + tokens(token));
  }

  private static String tokens(String token) throws IOException {
    Path secret = Files.writeString(Files.createTempFile("gridfleet-token", ""), token);
    secret.toFile().deleteOnExit();
    return "tokens: [{name: suite, secretFile: \"" + secret + "\"}]\n";
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (door != null) {
      door.close();
    }
  }

  FrontDoorProcess door() {
    return Objects.requireNonNull(door);
  }

  private static String config(URI firstAppium) throws IOException {
    return Files.readString(CLIENTS.resolve("lab.yaml"))
        .replace("${CHROMEDRIVER}", RealPart.CHROMEDRIVER.where())
        .replace("${APPIUM_1}", firstAppium.toString())
        .replace("${APPIUM_2}", RealPart.APPIUM_2.where());
  }

  /** A browser, requested by selector. */
  static Capabilities browser() {
    return new ImmutableCapabilities(
        Map.of(
            "browserName",
            "chrome",
            "goog:chromeOptions",
            Map.of("binary", RealPart.CHROMIUM.where(), "args", CHROMIUM_ARGUMENTS),
            "gridfleet:selector",
            "browserName:chrome"));
  }

  /** A device of the fake driver, requested by selector. */
  static Capabilities phone(String selector) {
    return new ImmutableCapabilities(
        Map.of(
            "platformName",
            "Fake",
            "appium:automationName",
            "Fake",
            "appium:deviceName",
            "Fake",
            "appium:app",
            CLIENTS.resolve("fake-app.xml").toString(),
            "gridfleet:selector",
            selector));
  }

  /** These capabilities with one more. */
  static Capabilities with(Capabilities some, String name, Object value) {
    return some.merge(new ImmutableCapabilities(name, value));
  }
}
