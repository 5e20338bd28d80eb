package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The screens of recorded requests, in a real browser. */
final class UiRequestsIT {
  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);

  private static final String QUOTED = "it\\u0027s \\\"$(id)\\\" `id`";

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private static JsonNode json(UiLab lab, String path) throws IOException {
    return JsonClient.JSON.readTree(lab.client().get(path).text());
  }

  private static String request(UiLab lab) throws Exception {
    Lab.until("it is recorded", () -> json(lab, "/api/requests").at("/items/0/id").isTextual());
    return json(lab, "/api/requests").at("/items/0/id").asText();
  }

  private String copied() {
    browser
        .driver()
        .executeScript(
            "Object.defineProperty(navigator, 'clipboard', {value:"
                + " {writeText: async text => { window.copied = text; }}})");
    browser.press("Copy as curl");
    browser.until("copied", "return typeof window.copied === 'string'");
    return String.valueOf(browser.driver().executeScript("return window.copied"));
  }

  private static String run(Map<String, String> environment, String command) throws Exception {
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", command + " --silent");
    shell.environment().putAll(environment);
    Process process = shell.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    return output;
  }

  @Test
  void aRequestIsCopiedForTheShellAndItsTimesAreExactOnHover() throws Exception {
    String name = "'gridfleet:testName':'" + QUOTED + "'";
    String capability = ",'vendor:" + UiLab.HOSTILE.replace("\"", "\\\"") + "':true";
    lab.session("'platformName':'Android'," + name + capability);
    browser.screen(lab, "/ui/requests/" + request(lab));
    browser.untilShows("vendor:<img src=x onerror=");
    Object titles =
        browser
            .driver()
            .executeScript(
                "const exact = new Intl.DateTimeFormat(undefined,"
                    + " {dateStyle: 'medium', timeStyle: 'long'}).format(new Date());"
                    + " return [...document.querySelectorAll('main time, .steps [title]')]"
                    + ".map(each => each.title)"
                    + ".filter(title => title.slice(0, 6) !== exact.slice(0, 6))");
    assertThat(titles).as("times that aren't exact in the browser's zone").isEqualTo(List.of());
    JsonNode created = JsonClient.JSON.readTree(run(Map.of(), copied()));
    assertThat(created.at("/value/sessionId").asText()).as(created.toString()).isNotEmpty();
    Lab.until(
        "the same request was recorded",
        () ->
            json(lab, "/api/requests").path("items").findValuesAsText("test_name").stream()
                    .filter(text -> text.equals("it's \"$(id)\" `id`"))
                    .count()
                == 2);
  }

  @Test
  void theCopyReadsTheTokenFromTheShell(@TempDir Path folder) throws Exception {
    String file = Files.writeString(folder.resolve("secret"), "s3cr3t").toString();
    List<Map<String, Object>> tokens =
        List.of(Map.of("name", "night", "role", "operator", "secretFile", file));
    try (UiLab closed = UiLab.demo(Map.of("tokens", tokens))) {
      String first =
          "curl "
              + closed.url("/session")
              + " -H 'Authorization: Bearer s3cr3t' -H 'Content-Type: application/json'"
              + " -d '{\"capabilities\":{\"alwaysMatch\":{\"platformName\":\"Android\"}}}'";
      assertThat(run(Map.of(), first)).contains("sessionId");
      browser.open(closed, "/ui/requests");
      browser.find("input[type=password]").sendKeys("s3cr3t");
      browser.pressEnter();
      browser.untilShows("night (operator)");
      browser.until("a request", "return document.querySelector('tbody a') !== null");
      browser.find("tbody a").click();
      browser.untilShows("Copy as curl");
      String command = copied();
      assertThat(command).doesNotContain("s3cr3t");
      assertThat(run(Map.of("GRIDFLEET_TOKEN", "s3cr3t"), command)).contains("sessionId");
    }
  }

  @Test
  void backLeadsToTheFilterBeforeOnEachList() throws Exception {
    for (String filter : List.of("requests?outcome=refused", "runs?state=active")) {
      String[] parts = filter.split("[?=]");
      browser.open(lab, "/ui/" + parts[0]);
      browser.find("main select option[value=" + parts[2] + "]").click();
      browser.until("the address", "return location.search === '?" + filter.split("\\?")[1] + "'");
      browser.driver().navigate().back();
      browser.until("the filter before", "return location.search === ''");
      assertThat(browser.find("main select").getAttribute("value")).isEmpty();
    }
  }
}
