package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.LeakCheck;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A lab and a browser for a class of tests: the lab starts before the first test and is closed
 * after the last, which then must have leaked no network buffer. Each test begins with a browser
 * that shows no page and has no cookie, and must end without an error of a script on its console.
 *
 * <pre>{@code
 * @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);
 * }</pre>
 */
final class UiSetup
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  /** Starts a lab. */
  interface Start {
    UiLab start() throws Exception;
  }

  private final Start start;
  private final LeakCheck leaks = new LeakCheck();
  private @Nullable UiLab lab;
  private @Nullable UiBrowser browser;

  private UiSetup(Start start) {
    this.start = start;
  }

  static UiSetup with(Start start) {
    return new UiSetup(start);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    leaks.beforeAll(context);
    browser = UiBrowser.shared();
    lab = start.start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    browser().clear();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(browser().scriptErrors()).as("errors of scripts on the console").isEmpty();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    try {
      if (browser != null) {
        browser.clear();
      }
    } finally {
      if (lab != null) {
        lab.close();
      }
      leaks.afterAll(context);
    }
  }

  UiLab lab() {
    return Objects.requireNonNull(lab);
  }

  UiBrowser browser() {
    return Objects.requireNonNull(browser);
  }

  /** What a route of the lab's API answers. */
  JsonNode json(String path) throws IOException {
    return JsonClient.JSON.readTree(lab().client().get(path).text());
  }
}
