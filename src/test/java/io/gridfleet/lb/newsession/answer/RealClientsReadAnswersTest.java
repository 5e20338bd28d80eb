package io.gridfleet.lb.newsession.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.appium.java_client.AppiumClientConfig;
import io.appium.java_client.AppiumDriver;
import io.appium.java_client.MobileCommand;
import io.appium.java_client.remote.AppiumCommandExecutor;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.AttemptOutcome.Created;
import io.gridfleet.lb.newsession.TestDevices;
import io.gridfleet.lb.newsession.answer.PublicUrls.Base;
import io.gridfleet.lb.newsession.answer.SessionAnswer.Reader;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.ImmutableCapabilities;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.remote.RemoteWebDriver;
import org.openqa.selenium.remote.http.HttpClient;

/** Answers read by Selenium's and Appium's own parsers over a socket. */
final class RealClientsReadAnswersTest {
  private static final Path RECORDED = Path.of("src/test/resources/newsession/recorded");
  private static final ImmutableCapabilities ASKED =
      new ImmutableCapabilities(Map.of("platformName", "Fake", "appium:automationName", "Fake"));

  private final List<String> userAgents = new CopyOnWriteArrayList<>();
  private final List<String> opened = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void seleniumReadsAnAppiumSession() throws IOException {
    whole(200, answer(TestDevices.phone("https://10.0.0.7:4723"), "webdriver/9").body());

    RemoteWebDriver driver = new RemoteWebDriver(url(), ASKED, false);

    assertThat(driver.getSessionId()).hasToString("fddf06ac-4939-410c-8616-a00e58e69ac6");
    assertThat(driver.getCapabilities().getCapability("appium:udid")).isEqualTo("00008030-001D");
    assertThat(driver.getCapabilities().getCapability("gridfleet:selector")).isEqualTo("os:>9");
    assertThat(driver.getCapabilities().getCapability("directConnectPort")).isEqualTo(4723L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void seleniumReadsASessionBehindProgress(boolean inline) throws IOException {
    byte[] answer = answer(TestDevices.phone(""), "webdriver/9").body();
    streamed(new ProgressBody(inline), true, answer);

    RemoteWebDriver driver = new RemoteWebDriver(url(), ASKED, false);

    assertThat(driver.getSessionId()).hasToString("fddf06ac-4939-410c-8616-a00e58e69ac6");
    assertThat(driver.getCapabilities().getCapability("automationName")).isEqualTo("Fake");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void seleniumThrowsForAFailureBehindProgress(boolean inline) {
    WebDriverError error =
        WebDriverError.of(
            ErrorCode.SESSION_NOT_CREATED, "No available good condition devices: 12 are locked");
    streamed(new ProgressBody(inline), false, Json.bytes(error.body()));

    assertThatThrownBy(() -> new RemoteWebDriver(url(), ASKED, false))
        .isInstanceOf(SessionNotCreatedException.class)
        .hasMessageContaining("No available good condition devices: 12 are locked");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void appiumThrowsForAFailureBehindProgress(boolean inline) {
    streamed(new ProgressBody(inline), false, "not even JSON".getBytes(UTF_8));

    assertThatThrownBy(() -> new AppiumDriver(direct(), ASKED))
        .isInstanceOf(SessionNotCreatedException.class)
        .hasMessageContaining("not even JSON");
  }

  @Test
  void aRefusalIsForwardedUnchanged() throws IOException {
    byte[] body = Files.readAllBytes(RECORDED.resolve("appium-capability-unprefixed.json"));
    AttemptOutcome.Refused refused =
        (AttemptOutcome.Refused) new FailureTable(List.of()).classify(400, body);
    whole(refused.status(), refused.body());

    assertThatThrownBy(() -> new RemoteWebDriver(url(), ASKED, false))
        .isInstanceOf(SessionNotCreatedException.class)
        .hasMessageContaining("Response code 400")
        .hasMessageContaining("All non-standard capabilities should have a vendor prefix");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://10.0.0.7:4723/wd/hub", "https://[fd00::7]:4723"})
  void javaClientFollowsWhatItIsGiven(String publicUrl) throws IOException {
    answerEachClient(TestDevices.phone(publicUrl));

    driver();

    assertThat(userAgents).first().asString().startsWith("appium/").contains("(java");
    assertThat(opened).hasSize(2).last().asString().startsWith(publicUrl);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://10.0.0.7:4723", "https://localhost:4723", "https://[::1]"})
  void javaClientIsNotRedirectedWhereItWouldThrow(String publicUrl) throws IOException {
    answerEachClient(TestDevices.phone(publicUrl));

    assertThat(driver().getSessionId()).isNotNull();
    assertThat(opened).containsExactly(url().toString());
  }

  /** The reason for the exception: the session exists on the node, and its client has failed. */
  @ParameterizedTest
  @ValueSource(strings = {"http://10.0.0.7:4723", "https://localhost:4723"})
  void javaClientThrowsOnWhatOthersAreGiven(String publicUrl) throws IOException {
    whole(200, answer(TestDevices.phone(publicUrl), "webdriver/9").body());

    assertThatThrownBy(() -> new AppiumDriver(direct(), ASKED))
        .isInstanceOf(SessionNotCreatedException.class);
  }

  private void answerEachClient(Device device) {
    server.createContext(
        "/wd/hub/session",
        exchange -> {
          String userAgent = exchange.getRequestHeaders().getFirst("User-Agent");
          userAgents.add(userAgent);
          send(exchange, 200, answer(device, userAgent).body());
        });
  }

  private void whole(int status, byte[] body) {
    server.createContext("/wd/hub/session", exchange -> send(exchange, status, body));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void streamed(ProgressBody progress, boolean created, byte[] answer) {
    server.createContext(
        "/wd/hub/session",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
          exchange.sendResponseHeaders(200, 0);
          List<Map<String, Object>> steps = new ArrayList<>();
          try (OutputStream body = exchange.getResponseBody()) {
            for (int i = 0; i < 5; i++) {
              Map<String, Object> step = new LinkedHashMap<>();
              step.put("t", i * 10.0);
              step.put("message", "waiting");
              steps.add(step);
              body.write(progress.tick(steps));
              body.flush();
            }
            body.write(progress.close(created, answer, steps));
          }
        });
  }

  private static SessionAnswer answer(Device device, String userAgent) throws IOException {
    byte[] body = Files.readAllBytes(RECORDED.resolve("appium-created.json"));
    Created created = (Created) new FailureTable(List.of()).classify(200, body);
    Base base = new Base(false, "lab:4444", "/wd/hub");
    // Selenium would open the socket at once; nothing listens there.
    Created quiet =
        new Created(created.id(), created.answered().without("webSocketUrl"::equals), Map.of());
    return SessionAnswer.of(new Reader(false, base, userAgent, "os:>9", true, true), device, quiet);
  }

  private java.net.URL url() throws IOException {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/wd/hub").toURL();
  }

  private AppiumClientConfig direct() throws IOException {
    return AppiumClientConfig.defaultConfig()
        .baseUri(URI.create(url().toString()))
        .directConnect(true);
  }

  /** Records the targets of java-client's connections. */
  private AppiumDriver driver() throws IOException {
    HttpClient.Factory factory = HttpClient.Factory.createDefault();
    HttpClient.Factory noting =
        config -> {
          opened.add(config.baseUrl().toString());
          return factory.createClient(config);
        };
    return new AppiumDriver(
        new AppiumCommandExecutor(MobileCommand.commandRepository, null, noting, direct()), ASKED);
  }
}
