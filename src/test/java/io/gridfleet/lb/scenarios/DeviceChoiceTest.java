package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice of devices, their order, and the errors of invalid requests. */
@ExtendWith(LeakCheck.class)
final class DeviceChoiceTest {
  private static final Fault BROKEN = new Fault.Gateway(502);

  @RegisterExtension final Lab lab = new Lab();

  private String device(String members) throws IOException {
    Answered answered = lab.newSession(members).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    return answered.value().at("/capabilities/udid").asText();
  }

  private void twoPhonesOfWhichTheFirstFailed() throws IOException {
    lab.start(2);
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, BROKEN);
    assertThat(device("")).isEqualTo("phone-2-1");
  }

  @Test
  void aDeviceThatFailedIsAvoidedWhileOthersAreFree() throws IOException {
    lab.start(3);
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, BROKEN);
    assertThat(device("")).isEqualTo("phone-2-1");
    assertThat(device("")).isEqualTo("phone-3-1");
    assertThat(device("")).as("only an avoided one is left").isEqualTo("phone-1-1");
  }

  @Test
  void aRequestMayDisableAvoidance() throws IOException {
    twoPhonesOfWhichTheFirstFailed();
    assertThat(device("'gridfleet:ignoreFailedDevices':false")).isEqualTo("phone-1-1");
  }

  @Test
  void aSuccessClearsIt() throws IOException {
    twoPhonesOfWhichTheFirstFailed();
    Answered again = lab.newSession("").answered();
    lab.delete(again.sessionId());
    assertThat(lab.server().store().avoidedDevices().all().toCompletableFuture().join()).isEmpty();
  }

  @Test
  void avoidanceIsReportedWithItsCauseAndItsEnd() throws IOException {
    lab.start(2);
    Asked feed = lab.ask("GET", "/api/events", "");
    feed.wire().readHead();
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, BROKEN);
    device("");
    assertThat(untilTold(feed, "device.avoided"))
        .contains("phone-1-1", "\"cause\":\"", "\"until\":\"20");
    assertThat(lab.ask("GET", "/api/devices", "").answered().text())
        .contains("\"state\":\"backoff\"", "\"backoff_until\":\"20");
    device("'appium:udid':'phone-1-1'");
    assertThat(untilTold(feed, "device.avoidance_ended")).contains("phone-1-1");
    feed.leave();
  }

  private static String untilTold(Asked feed, String type) throws IOException {
    String received = "";
    while (!received.contains("event: " + type + "\n")) {
      received = new String(feed.wire().readChunk(), StandardCharsets.UTF_8);
    }
    return received;
  }

  @Test
  void aDeviceIsTakenByNameAlthoughItIsAvoided() throws IOException {
    twoPhonesOfWhichTheFirstFailed();
    assertThat(device("'appium:udid':'phone-1-1'")).isEqualTo("phone-1-1");
  }

  @Test
  void aDeviceIsTakenByNameAlthoughItIsOffline() throws IOException {
    lab.start(
        SimulatedFleet.of(2, 1),
        Map.of(
            "probe",
            Map.of("interval", "100ms", "timeout", "100ms", "downAfter", 1, "maxInterval", "1s")));
    lab.node(1).faults().standing(NodeOperation.STATUS, new Fault.Gateway(503));
    Lab.until(
        "offline",
        () ->
            lab.server().distributor().states().stream()
                .anyMatch(device -> device.state().equals("offline")));
    assertThat(device("")).isEqualTo("phone-2-1");
    assertThat(device("'appium:options':{'udid':'phone-1-1'}")).isEqualTo("phone-1-1");
  }

  @Test
  void aDeviceThatIsNamedIsWaitedFor() throws IOException {
    lab.start(2);
    String busy = lab.session("'udid':'phone-1-1'");
    Asked second = lab.waiting("'appium:udid':'PHONE-1-1'");
    lab.delete(busy);
    assertThat(second.answered().value().at("/capabilities/udid").asText()).isEqualTo("phone-1-1");
  }

  @Test
  void anUdidMayBeASelectorAndWinsOverTheOther() throws IOException {
    lab.start(2);
    assertThat(device("'appium:udid':'udid:*-2-1','gridfleet:selector':'udid:phone-1-1'"))
        .isEqualTo("phone-2-1");
  }

  @Test
  void anUnknownUdidIsRefusedAtOnce() throws IOException {
    lab.start(1);
    Answered answered = lab.newSession("'appium:udid':'emulator-5554'").answered();
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.message())
        .startsWith("No matched devices were found")
        .contains("emulator-5554");
  }

  @Test
  void firstMatchIsTriedInOrder() throws IOException {
    lab.start(2);
    String body =
        "{'capabilities':{'firstMatch':[{'platformName':'tvOS'},{'appium:udid':'phone-2-1'},{}]}}";
    Answered answered = lab.ask("POST", "/session", body.replace('\'', '"')).answered();
    assertThat(answered.value().at("/capabilities/udid").asText()).isEqualTo("phone-2-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'gridfleet:deviceStrategy':'fastest' | gridfleet:deviceStrategy is 'ranked' or 'random'",
        "'gridfleet:waitForDeviceOnlineTimeout':86401 | at most 86400 seconds",
        "'gridfleet:waitForDeviceOnlineTimeout':-1 | waitForDeviceOnlineTimeout",
        "'gridfleet:waitForDeviceOnlineTimeout':'soon' | waitForDeviceOnlineTimeout",
        "'gridfleet:selector':7 | No matched devices were found",
        "'gridfleet:selector':['a'] | No matched devices were found",
        "'gridfleet:selector':{'os_version':{'colour':1}} | No matched devices were found",
        "'gridfleet:retryNewSessionFailure':'perhaps' | retryNewSessionFailure",
        "'gridfleet:priority':'high' | priority",
      })
  void whatCannotBeUnderstoodIsAnInvalidArgument(String members, String words) throws IOException {
    lab.start(1);
    Answered answered = lab.newSession(members).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(400);
    assertThat(answered.error()).isEqualTo("invalid argument");
    assertThat(answered.message()).contains(words);
  }

  @Test
  void aSelectorThatDoesNotParseShowsTheColumn() throws IOException {
    lab.start(1);
    Answered answered = lab.newSession("'gridfleet:selector':'os_version:>=13 (model:'").answered();
    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.message())
        .startsWith("No matched devices were found")
        .containsPattern("\n *os_version:>=13 \\(model:\n +\\^");
  }

  @Test
  void withoutRetryTheNodesOwnErrorIsReturned() throws IOException {
    lab.start(2);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("The device is on strike"));
    Answered answered = lab.newSession("'gridfleet:retryNewSessionFailure':false").answered();
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.text())
        .isEqualTo(
            "{\"value\":{\"error\":\"session not created\",\"message\":\"The device is on strike\","
                + "\"stacktrace\":\"\"}}");
    assertThat(lab.node(2).history().creations()).isEmpty();
  }

  @Test
  void aNodeThatDisconnectedIsQueriedForItsLeftoverSession() throws IOException {
    lab.start(2);
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.DropAfterWork());
    assertThat(device("")).isEqualTo("phone-2-1");
    Lab.until("deleted", () -> lab.node(1).liveSessions().isEmpty());
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  @Test
  void theLastFailureIsReportedWithAllAttempts() throws IOException {
    lab.start(2);
    lab.node(1).faults().standing(NodeOperation.NEW_SESSION, BROKEN);
    lab.node(2).faults().next(1, NodeOperation.NEW_SESSION, new Fault.DropAfterRequest());
    Answered answered = lab.newSession("").answered();
    assertThat(answered.value().at("/data/attempts")).hasSize(2);
    assertThat(answered.value().at("/data/attempts/1/device").asText()).isEqualTo("phone-2-1");
    assertThat(answered.message()).contains("closed the connection");
  }

  @Test
  void anUnknownKeyIsReportedWithTheExistingOnes() throws IOException {
    lab.start(1);
    assertThat(lab.newSession("'gridfleet:selector':'model:Fake*'").answered().message())
        .contains("no device has the key model; keys that exist: ", "device_type, ", "node")
        .doesNotContain("did you mean");
    assertThat(lab.newSession("'browserVersion':'156'").answered().message())
        .contains("no device has the key browserVersion; keys that exist: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gridfleet:selektor", "appium:gridfleet:selektor"})
  void anUnknownCapabilityIsRefusedWhenTheLabIsStrict(String name) throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("newSession", Map.of("strict", true)));
    Answered answered = lab.newSession("'" + name + "':'x'").answered();
    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.message()).contains(name).contains("gridfleet:selector");
    assertThat(lab.newSession("'gridfleet:testName':'x'").answered().status()).isEqualTo(200);
  }

  @Test
  void theMoreUrgentIsServedFirstThenTheEarlier() throws IOException {
    lab.start(1);
    String session = lab.session("");
    Asked plain = lab.waiting("");
    Asked later = lab.waiting("");
    Asked urgent = lab.waiting("'gridfleet:priority':'7'");
    for (Asked next : List.of(urgent, plain, later)) {
      lab.delete(session);
      session = next.answered().sessionId();
      assertThat(session).isNotEmpty();
    }
  }

  @Test
  void aRequestThatNothingFitsNowDoesNotHoldUpTheNext() throws IOException {
    lab.start(2);
    lab.session("'udid':'phone-1-1'");
    Asked picky = lab.waiting("'udid':'phone-1-1'");
    assertThat(device("")).isEqualTo("phone-2-1");
    lab.leavesTheQueue(picky);
  }
}
