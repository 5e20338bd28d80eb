package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each screen with 10 000 devices and 2 000 waiting requests, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UiLargeIT {
  /** Of a table, only the rows in sight are in the document. */
  private static final long MAX_ELEMENTS = 5_000;

  private UiLab lab;
  private UiBrowser browser;

  @BeforeAll
  void open() throws IOException {
    browser = UiBrowser.open();
    lab = UiLab.large();
  }

  @AfterAll
  void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

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
}
