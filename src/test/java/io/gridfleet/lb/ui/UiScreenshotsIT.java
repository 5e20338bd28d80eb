package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The pictures of the README; {@code -Dgridfleet.screenshots.write=true} writes them where it has
 * them.
 */
final class UiScreenshotsIT {
  private static final int MAX_BYTES = 150_000;

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);

  @Test
  void fourScreensOfABusyLab() throws Exception {
    UiBrowser browser = ui.browser();
    UiLab lab = ui.lab();
    browser.size(1100, 760);
    lab.session("'gridfleet:selector':'udid:R58M456DEF','gridfleet:testName':'pays by card'");
    lab.session("'gridfleet:selector':'browserName:chrome','gridfleet:testName':'finds a shoe'");
    lab.session("'gridfleet:selector':'device_type:roku','gridfleet:testName':'resumes a film'");
    lab.waiting(
        "'gridfleet:selector':'device_type:roku','gridfleet:testName':'shows subtitles',"
            + "'gridfleet:waitForDeviceOnlineTimeout':60");
    picture(browser, lab, "/ui", "ui-now");
    picture(browser, lab, "/ui/devices", "ui-devices");
    picture(browser, lab, "/ui/queue", "ui-queue");
    picture(
        browser, lab, "/ui/selector?text=device_type:android%20os_version:%3E%3D13", "ui-selector");
  }

  private static void picture(UiBrowser browser, UiLab lab, String path, String name)
      throws Exception {
    browser.open(lab, path);
    browser.screenshot(name);
    assertThat(Files.size(Path.of("target/screenshots", name + ".png")))
        .as("bytes of " + name)
        .isBetween(1_000L, (long) MAX_BYTES);
  }
}
