package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The web pages, over a socket. */
@ExtendWith(LeakCheck.class)
final class PagesTest {
  private static final String BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
  private static final Pattern LINK = Pattern.compile("href=\"(/[^\"]*|#[^\"]*)\"");

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void twoPhones() {
    lab.start(2);
  }

  private Answered get(String path, String... headers) throws IOException {
    return lab.ask("GET", path, "", headers).answered();
  }

  @Test
  void theOverviewIsTextForATerminal() throws IOException {
    Answered page = get("/", "Accept: */*");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.head().header("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(page.head().header("vary")).isEqualTo("Accept");
    assertThat(page.text())
        .contains("GridFleet LB", "Accepts new sessions.", "/docs", "/metrics", "/status")
        .contains("/api/openapi.json", "/api/queue")
        .containsPattern("nodes up +2 of 2")
        .containsPattern("devices +2\n")
        .containsPattern("live sessions +0\n");
  }

  @Test
  void theOverviewCountsWhatLives() throws IOException {
    String session = lab.session("");
    assertThat(get("/", "Accept: */*").text()).containsPattern("live sessions +1\n");
    lab.delete(session);
  }

  @Test
  void theRootLeadsABrowserToTheUi() throws IOException {
    Answered answered = get("/", BROWSER);
    assertThat(answered.status()).isEqualTo(302);
    assertThat(answered.head().header("location")).isEqualTo("/ui");
    assertThat(answered.head().header("vary")).isEqualTo("Accept");
  }

  @Test
  void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
    Map<String, String> read = new HashMap<>();
    Deque<String> toRead = new ArrayDeque<>(List.of("/ui", "/docs"));
    List<String> broken = new ArrayList<>();
    while (!toRead.isEmpty()) {
      String path = toRead.remove();
      if (read.containsKey(path)) {
        continue;
      }
      Answered page = get(path, BROWSER);
      read.put(path, page.text());
      if (page.status() != 200) {
        broken.add(page.status() + " " + path);
      } else if (page.head().header("content-type").startsWith("text/html")) {
        links(page.text()).forEach(link -> toRead.add(link.split("#", 2)[0]));
        toRead.remove("");
      }
    }
    read.forEach((path, text) -> broken.addAll(missingAnchors(path, text, read)));
    assertThat(broken).isEmpty();
    assertThat(read).hasSizeGreaterThan(20).containsKeys("/docs/selectors", "/docs/style.css");
    assertThat(read.get("/docs/conf/reference.yaml")).startsWith("# Every key of GridFleet LB");
  }

  private static List<String> missingAnchors(String path, String text, Map<String, String> read) {
    List<String> missing = new ArrayList<>();
    for (String link : text.startsWith("<!DOCTYPE") ? links(text) : List.<String>of()) {
      String[] parts = link.split("#", 2);
      String target = parts[0].isEmpty() ? text : read.get(parts[0]);
      if (parts.length == 2 && !target.contains("id=\"" + parts[1] + "\"")) {
        missing.add(path + " links to " + link);
      }
    }
    return missing;
  }

  private static List<String> links(String html) {
    List<String> links = new ArrayList<>();
    Matcher link = LINK.matcher(html);
    while (link.find()) {
      links.add(link.group(1));
    }
    return links;
  }

  @Test
  void aPageIsToBeHadAsItIsWritten() throws IOException {
    Answered page = get("/docs/selectors.md");
    assertThat(page.head().header("content-type")).isEqualTo("text/markdown; charset=utf-8");
    assertThat(page.text()).startsWith("# Selectors\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/ui", "/docs", "/docs/selectors", "/docs/style.css"})
  void headHasTheHeadersOfGetAndNoBody(String path) throws IOException {
    Answered whole = get(path, BROWSER);
    try (Wire wire = lab.wire()) {
      wire.send("HEAD " + path + " HTTP/1.1\r\nHost: lab\r\n" + BROWSER + "\r\n\r\n");
      Wire.Head head = wire.readHead();
      assertThat(head.status()).isEqualTo(whole.status());
      assertThat(head.header("content-type")).isEqualTo(whole.head().header("content-type"));
      assertThat(head.header("content-length"))
          .isEqualTo(String.valueOf(whole.text().getBytes(StandardCharsets.UTF_8).length));
      wire.request("GET", "/healthz", "");
      assertThat(wire.readResponse().text()).as("the next answer").isEqualTo("ok\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/nothing",
        "/docs/Selectors",
        "/docs/selectors/",
        "/docs/conf/",
        "/docs/conf/nothing.yaml",
        "/docs/page.html",
        "/docs/<script>"
      })
  void whatIsNotThereIsNotFound(String path) throws IOException {
    Answered page = get(path, BROWSER);
    assertThat(page.status()).isEqualTo(404);
    assertThat(page.head().header("content-type")).startsWith("text/plain");
    assertThat(page.text()).contains("/docs lists the documents");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs/../conf/alerts.yaml", "/docs/%2e%2e/page.html"})
  void noPathLeavesTheDocuments(String path) throws IOException {
    assertThat(get(path).status()).isIn(400, 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "DELETE", "PUT"})
  void theyAreReadOnly(String method) throws IOException {
    assertThat(lab.ask(method, "/docs", "").answered().status()).isEqualTo(405);
    assertThat(lab.ask(method, "/", "").answered().status()).isEqualTo(405);
    assertThat(lab.ask(method, "/ui", "").answered().status()).isEqualTo(405);
  }
}
