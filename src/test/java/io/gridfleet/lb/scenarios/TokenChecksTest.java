package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.simulator.ReceivedCreation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Tokens on New Session: where they are accepted, what they allow, and that they aren't forwarded.
 */
@ExtendWith(LeakCheck.class)
final class TokenChecksTest {
  private static final String SECRET = "s3cr3t-of-the-checkout-team";
  private static final String BEARER = "Authorization: Bearer " + SECRET;
  private static final String NIGHTLY = "Authorization: Bearer n1ghtly-s3cr3t";

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  @BeforeEach
  void twoPhonesAndTwoTokens() throws IOException {
    lab.start(
        SimulatedFleet.of(2, 1),
        Map.of(
            "tokens",
            List.of(
                Map.of(
                    "name",
                    "checkout",
                    "secretFile",
                    secret("checkout", SECRET),
                    "maxSessions",
                    1,
                    "maxPriority",
                    5),
                Map.of(
                    "name",
                    "nightly",
                    "secretFile",
                    secret("nightly", "n1ghtly-s3cr3t"),
                    "devices",
                    "udid:phone-2-1"))));
  }

  private String secret(String name, String secret) throws IOException {
    return Files.writeString(secrets.resolve(name), secret + "\n").toString();
  }

  private static String basic(String user, String password) {
    return "Authorization: Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v0/" + SECRET + "/wd/hub/session", "/v0/" + SECRET + "/session"})
  void aTokenMayStandInThePath(String path) throws IOException {
    Answered answered = lab.ask("POST", path, Lab.w3c("")).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    String command = path + "/" + answered.sessionId() + "/url";
    assertThat(lab.ask("GET", command, "").answered().status()).isEqualTo(200);
    assertTokensWentNowhere(answered);
  }

  @Test
  void aTokenMayBeABearerOrThePasswordOfBasic() throws IOException {
    Answered bearer = lab.newSession("", BEARER).answered();
    assertThat(bearer.status()).isEqualTo(200);
    lab.ask("DELETE", "/session/" + bearer.sessionId(), "", BEARER).answered();
    Answered basic = lab.newSession("", basic("anybody", SECRET)).answered();
    assertThat(basic.status()).isEqualTo(200);
    assertTokensWentNowhere(basic);
  }

  private void assertTokensWentNowhere(Answered answered) {
    assertThat(answered.text()).doesNotContain(SECRET);
    for (ReceivedCreation creation : lab.node(1).history().creations()) {
      assertThat(creation.headers()).doesNotContainKey("authorization");
      assertThat(creation.headers().toString() + creation.body()).doesNotContain(SECRET);
    }
    assertThat(lab.node(1).history().events().toString()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-None: 1",
        "Authorization: Bearer wrong",
        "Authorization: Bearer ",
        "Authorization: Basic !!",
        "Authorization: Basic Og==",
        "Authorization: Digest x"
      })
  void aMissingOrWrongTokenGets401(String header) throws IOException {
    Answered answered = lab.newSession("", header).answered();
    assertThat(answered.status()).isEqualTo(401);
    assertThat(answered.head().header("www-authenticate")).startsWith("Basic realm=");
    assertThat(answered.error()).isEqualTo("session not created");
    assertThat(lab.ask("POST", "/v0/wrong/wd/hub/session", Lab.w3c("")).answered().text())
        .isEqualTo(answered.text());
    assertThat(lab.node(1).history().creations()).isEmpty();
  }

  /** The body would never end: it is neither awaited nor stored. */
  @Test
  void aRequestWithoutTokenIsRefusedBeforeItsBodyIsRead() throws IOException {
    Wire wire = lab.wire();
    wire.send("POST /session HTTP/1.1\r\nHost: lab\r\nContent-Length: 15728640\r\n");
    wire.send("X-Idempotency-Key: a\r\nExpect: 100-continue\r\n\r\n");

    Wire.Head refused = wire.readHead();

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("www-authenticate")).startsWith("Basic realm=");
    assertThat(lab.server().gatheredBytes()).isZero();
  }

  @Test
  void aRefusedLegacyClientReads401InItsShape() throws IOException {
    Answered answered = lab.ask("POST", "/session", "{\"desiredCapabilities\":{}}").answered();
    assertThat(answered.status()).isEqualTo(401);
    assertThat(answered.json().path("status").asInt()).isEqualTo(33);
  }

  @Test
  void overTheCapARequestWaitsUntilASessionOfItsTokenEnds() throws IOException {
    String first = lab.newSession("", BEARER).answered().sessionId();
    Asked second = lab.waiting("", BEARER);
    assertThat(lab.server().distributor().queue().get(0).waitsFor())
        .contains("You may have 1 sessions at once");
    Answered nightly = lab.newSession("", NIGHTLY).answered();
    assertThat(nightly.value().at("/capabilities/udid").asText()).isEqualTo("phone-2-1");
    assertThat(lab.server().distributor().queueLength()).isEqualTo(1);
    lab.ask("DELETE", "/session/" + first, "", BEARER).answered();
    assertThat(second.answered().sessionId()).isNotEmpty();
  }

  @Test
  void overTheCapExplainReportsItToItsToken() throws IOException {
    assertThat(explained().at("/quota/most").asInt()).isEqualTo(1);
    assertThat(explained().at("/quota/sessions").asInt()).isZero();
    String session = lab.newSession("", BEARER).answered().sessionId();
    assertThat(explained().at("/quota/sessions").asInt()).isEqualTo(1);
    assertThat(explained().at("/free").asInt())
        .as("devices that are free all the same")
        .isPositive();
    lab.ask("DELETE", "/session/" + session, "", BEARER).answered();
    Lab.until("given back", () -> explained().at("/quota/sessions").asInt() == 0);
  }

  private JsonNode explained() throws IOException {
    return lab.ask("GET", "/api/selector/explain?selector=", "", BEARER).answered().json();
  }

  @Test
  void overTheCapTheRefusalNamesIt() throws IOException {
    lab.newSession("", BEARER).answered();
    Answered late = lab.newSession("'gridfleet:waitForDeviceOnlineTimeout':0.2", BEARER).answered();
    assertThat(late.message())
        .startsWith("No available good condition devices")
        .contains("You may have 1 sessions at once");
    assertThat(late.value().at("/data/quota").asInt()).isEqualTo(1);
  }

  @Test
  void aTokenGetsOnlyItsDevices() throws IOException {
    Answered other = lab.newSession("'appium:udid':'phone-1-1'", NIGHTLY).answered();
    assertThat(other.status()).isEqualTo(500);
    assertThat(other.message()).startsWith("No matched devices were found");
    assertThat(lab.node(1).history().creations()).isEmpty();
  }

  @Test
  void theSameKeyOfTwoTokensIsTwoRequests() throws IOException {
    Answered one = lab.newSession("", BEARER, "X-Idempotency-Key: k").answered();
    Answered other = lab.newSession("", NIGHTLY, "X-Idempotency-Key: k").answered();
    assertThat(one.sessionId()).isNotEmpty().isNotEqualTo(other.sessionId());
  }

  @Test
  void noTokenIsEverLogged() throws IOException {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Level before = root.getLevel();
    root.setLevel(Level.INFO);
    root.addAppender(lines);
    try {
      lab.ask("POST", "/v0/" + SECRET + "/wd/hub/session", Lab.w3c("")).answered();
      lab.ask("POST", "/v0/wr0ng-t0k3n/wd/hub/session", Lab.w3c("")).answered();
      lab.newSession("'gridfleet:waitForDeviceOnlineTimeout':0", BEARER).answered();
      lab.newSession("", basic("u", "wr0ng-t0k3n")).answered();
    } finally {
      root.detachAppender(lines);
      root.setLevel(before);
    }
    assertThat(lines.list).isNotEmpty();
    assertThat(List.copyOf(lines.list))
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains(SECRET) || line.contains("wr0ng-t0k3n"));
  }
}
