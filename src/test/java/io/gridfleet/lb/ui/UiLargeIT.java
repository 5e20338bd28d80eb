package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** Each screen with 10 000 devices and 2 000 waiting requests, in a real browser. */
final class UiLargeIT {
  /** Of a table, only the rows in sight are in the document. */
  private static final long MAX_ELEMENTS = 5_000;

  private static final int KEYS = 21;

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::large);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui",
        "/ui/devices",
        "/ui/queue",
        "/ui/requests",
        "/ui/sessions",
        "/ui/runs",
        "/ui/selector?text=os_version:14",
        "/ui/usage"
      })
  void itIsShown(String path) {
    UiBrowser.report("with " + UiLab.DEVICES + " devices, " + UiLab.WAITING + " waiting:");
    browser.screen(lab, path);
    assertThat(
            (Long) browser.driver().executeScript("return document.querySelectorAll('*').length"))
        .as("elements of " + path)
        .isLessThan(MAX_ELEMENTS);
  }

  @Test
  void typingInTheSearchOfDevicesIsAnswered() {
    type("/ui/devices?selector=os_version:1", "gridfleet-devices");
  }

  @Test
  void typingASelectorIsAnswered() {
    type("/ui/selector?text=os_version:1", "gridfleet-explain");
  }

  /**
   * Types a digit and takes it back, in turns, and reports the medians of what the screen measures.
   */
  private void type(String path, String measure) {
    browser.open(lab, path);
    browser.find("main input[type=search]").click();
    browser.type(Keys.END);
    browser
        .driver()
        .executeScript(
            "document.addEventListener('input', () => { window.typed = performance.now(); }, true)");
    String ended = "performance.getEntriesByName('" + measure + "').at(-1)";
    List<Double> fromKey = new ArrayList<>();
    List<Double> fromRequest = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      browser.type(key % 2 == 0 ? "4" : Keys.BACK_SPACE);
      browser.until(measure, "return " + ended + "?.startTime > (window.typed ?? Infinity)");
      fromKey.add(number("return " + ended + ".startTime + " + ended + ".duration - window.typed"));
      fromRequest.add(number("return " + ended + ".duration"));
    }
    UiBrowser.report(
        "typing, median of %d keys: %-18s %4d ms from the request, %4d ms from the key"
            .formatted(KEYS, measure, median(fromRequest), median(fromKey)));
    browser.check();
  }

  private double number(String script) {
    return ((Number) browser.driver().executeScript(script)).doubleValue();
  }

  private static long median(List<Double> figures) {
    return Math.round(figures.stream().sorted().toList().get(figures.size() / 2));
  }
}
