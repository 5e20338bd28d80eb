package io.gridfleet.lb.newsession.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome.Created;
import io.gridfleet.lb.newsession.TestDevices;
import io.gridfleet.lb.newsession.answer.PublicUrls.Base;
import io.gridfleet.lb.newsession.answer.SessionAnswer.Reader;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.webdriver.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SessionAnswerTest {
  private static final Path FOLDER = Path.of("src/test/resources/newsession");
  private static final Base BASE = new Base(false, "lab:4444", "/wd/hub");
  private static final String PUBLIC = "https://mini1.lab:4723/wd/hub";

  @Test
  void appiumsSessionInTheW3cShape() throws IOException {
    SessionAnswer answer =
        SessionAnswer.of(
            reader(false, "os_version:>9", true),
            TestDevices.phone(PUBLIC),
            recorded("appium-created"));

    assertThat(answer.body()).asString(UTF_8).isEqualTo(golden("answer-appium-w3c.json"));
    assertThat(answer.direct()).isTrue();
    assertThat(answer.tunnels())
        .isEqualTo(
            Map.of("/se/bidi", "ws://10.0.0.7:47391/bidi/fddf06ac-4939-410c-8616-a00e58e69ac6"));
    assertThat(answer.body())
        .asString(UTF_8)
        .contains("\"capabilities\":" + Json.text(answer.capabilities().asMap()));
  }

  @Test
  void appiumsSessionInTheLegacyShape() throws IOException {
    SessionAnswer answer =
        SessionAnswer.of(
            reader(true, Map.of("geo", List.of("Mountain View")), true),
            TestDevices.phone(PUBLIC),
            recorded("appium-created"));

    assertThat(answer.body()).asString(UTF_8).isEqualTo(golden("answer-appium-legacy.json"));
  }

  @Test
  void aBrowsersSession() throws IOException {
    SessionAnswer answer =
        SessionAnswer.of(
            reader(false, null, true),
            TestDevices.state("http://127.0.0.1:9515"),
            recorded("chromedriver-created"));

    assertThat(answer.body()).asString(UTF_8).isEqualTo(golden("answer-chromedriver-w3c.json"));
    assertThat(answer.direct()).isFalse();
    assertThat(answer.tunnels())
        .isEqualTo(
            Map.of("/se/bidi", "ws://127.0.0.1:47392/session/5aa8c132ead9ddf262c4940f90bf33cd"));
  }

  @Test
  void capabilitiesOfTheNodeAreNotReplaced() {
    Created created =
        created(
            "{'value':{'sessionId':'s','capabilities':{'appium:udid':'other','gridfleet:deviceId':"
                + "'d','appium:gridfleet:deviceId':'e','gridfleet:selector':'f'}}}");

    SessionAnswer answer =
        SessionAnswer.of(reader(false, "mine", false), TestDevices.phone(""), created);

    assertThat(answer.capabilities()).isEqualTo(created.answered());
  }

  @Test
  void theNodesOwnDirectConnectIsStripped() {
    Created created =
        created(
            "{'value':{'sessionId':'s','capabilities':{'directConnectHost':'h',"
                + "'appium:directConnectPath':'/x','headspin:directConnectDeviceAddress':'a'}}}");

    for (Device device : List.of(TestDevices.phone(""), TestDevices.state("http://n"))) {
      SessionAnswer answer = SessionAnswer.of(reader(false, null, true), device, created);
      assertThat(answer.body()).asString(UTF_8).doesNotContainIgnoringCase("directConnect");
      assertThat(answer.direct()).isFalse();
    }
  }

  @Test
  void directConnectIsLeftOutOnRequest() throws IOException {
    SessionAnswer answer =
        SessionAnswer.of(
            reader(false, null, false), TestDevices.phone(PUBLIC), recorded("appium-created"));

    assertThat(answer.body()).asString(UTF_8).doesNotContain("directConnect");
    assertThat(answer.direct()).isFalse();
  }

  @Test
  void otherMembersPass() {
    Created created = created("{'value':{'sessionId':'s','capabilities':{}},'vendor:x':[1]}");

    SessionAnswer answer =
        SessionAnswer.of(reader(false, null, true), TestDevices.state("http://n"), created);

    assertThat(answer.body())
        .asString(UTF_8)
        .startsWith("{\"value\":{\"sessionId\":\"s\",")
        .endsWith(",\"vendor:x\":[1]}")
        .doesNotContain("\"status\"", "appium:udid");
  }

  private static Reader reader(boolean legacy, @Nullable Object selector, boolean direct) {
    return new Reader(legacy, BASE, "webdriver/9.32.0", selector, direct, true);
  }

  private static Created recorded(String name) throws IOException {
    byte[] body = Files.readAllBytes(FOLDER.resolve("recorded/" + name + ".json"));
    return (Created) new FailureTable(List.of()).classify(200, body);
  }

  private static Created created(String body) {
    byte[] bytes = body.replace('\'', '"').getBytes(UTF_8);
    return (Created) new FailureTable(List.of()).classify(200, bytes);
  }

  private static String golden(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name)).strip();
  }
}
