package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The screens of sessions in a lab with tokens, as an operator named Ada sees them. */
final class UiSessionsIT {
  @TempDir static Path folder;

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiSessionsIT::withTokens);

  private final UiLab lab = ui.lab();
  private final UiBrowser browser = ui.browser();

  private static UiLab withTokens() throws IOException {
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (String token : List.of("Ada operator", "checkout suite", "nightly suite")) {
      String name = token.split(" ")[0];
      Path secret = Files.writeString(folder.resolve(name), name + "-s3cr3t");
      tokens.add(
          Map.of("name", name, "role", token.split(" ")[1], "secretFile", secret.toString()));
    }
    return UiLab.demo(Map.of("tokens", tokens));
  }

  @BeforeEach
  void signIn() {
    browser.open(lab, "/ui/sessions");
    browser.untilShows("Sign in");
    browser.find("input[type=password]").sendKeys("Ada-s3cr3t");
    browser.pressEnter();
    browser.untilShows("Ada (operator)");
    browser.driver().get("about:blank");
    browser.consoleErrors();
  }

  private JsonClient.Reply as(String name, String method, String path, String body) {
    return lab.client()
        .send(method, path, body, Map.of("Authorization", "Bearer " + name + "-s3cr3t"))
        .join();
  }

  private String session(String name, String test, String platform) {
    String body =
        Lab.w3c(
            "'gridfleet:testName':'%s','gridfleet:selector':'platform:%s'"
                .formatted(test, platform));
    JsonClient.Reply reply = as(name, "POST", "/session", body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.sessionId();
  }

  private void untilAddress(String query) {
    browser.until(
        "the address " + query,
        "return decodeURIComponent(location.search) === '" + query.replace("'", "\\'") + "'");
  }

  @Test
  void sessionsAreFoundByTestTenantAndHowTheyEndedAndTheAddressSaysIt() {
    String ended = session("checkout", "Basket", "android");
    as("checkout", "DELETE", "/session/" + ended, "");
    String live = session("nightly", "Basket", "ios");
    String other = session("nightly", "Search", "android");

    browser.open(lab, "/ui/sessions?test=Basket");
    browser.untilShows("2 sessions.");
    browser.untilHides(other);
    type("Tenant", "nightly");
    browser.untilShows("1 session.");
    untilAddress("?test=Basket&tenant=nightly");
    assertThat(browser.text()).contains(live).doesNotContain(ended);
    browser.check();

    browser.open(lab, "/ui/sessions?test=Basket&ended=client_deleted");
    browser.untilShows("1 session.");
    assertThat(browser.text()).contains(ended, "deleted by its client").doesNotContain(live);
    browser.open(lab, "/ui/sessions?tenant=nightly&test=Nothing");
    browser.untilShows("No session fits these filters.");
    for (String session : List.of(live, other)) {
      as("nightly", "DELETE", "/session/" + session, "");
    }
  }

  private void type(String field, String text) {
    browser.find("input[aria-label='" + field + "']").sendKeys(text);
  }

  @Test
  void theQuestionBeforeAnEndNamesTheTestAndItsOwner() throws Exception {
    String session = session("checkout", "Pays by <b>card</b>", "android");
    for (String path :
        List.of("/ui/sessions?tenant=checkout&status=running", "/ui/sessions/" + session)) {
      browser.open(lab, path);
      browser.press("End…");
      browser.until("a question", "return document.querySelector('dialog[open]') !== null");
      assertThat(browser.find("dialog[open]").getText())
          .contains("The test Pays by <b>card</b> of checkout on ")
          .contains("fails at its next command");
      browser.check();
      browser.press("Cancel");
      assertThat(as("checkout", "GET", "/session/" + session + "/url", "").status()).isEqualTo(200);
    }
    browser.press("End…");
    browser.press("End it");
    browser.untilShows("ended by operator Ada");
    Lab.until(
        "the session ends",
        () -> as("checkout", "GET", "/session/" + session + "/url", "").status() == 404);
  }
}
