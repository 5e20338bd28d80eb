package io.gridfleet.lb.parts;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.Capabilities;
import org.openqa.selenium.ImmutableCapabilities;

/**
 * The lab of {@code src/test/clients/lab.yaml}, over the parts of this machine, and requests for
 * it.
 */
final class RealLab {
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

  private RealLab() {}

  /** The front door over the two Appium servers and the chromedriver that were announced. */
  static FrontDoorProcess open() throws IOException {
    return open(RealPart.APPIUM_1.uri());
  }

  /** The same with another server in the place of the first Appium. */
  static FrontDoorProcess open(URI firstAppium) throws IOException {
    return FrontDoorProcess.over(config(firstAppium));
  }

  /** The same behind one token, which is in this file. */
  static FrontDoorProcess openWithToken(Path secret) throws IOException {
    String tokens = "tokens: [{name: suite, secretFile: \"" + secret + "\"}]\n";
    return FrontDoorProcess.over(config(RealPart.APPIUM_1.uri()) + tokens);
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
