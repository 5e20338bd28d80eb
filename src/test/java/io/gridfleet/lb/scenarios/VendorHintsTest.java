package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.NodeStyle;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The choice of a device by the vendors of capabilities, for requests that name none. */
@ExtendWith(LeakCheck.class)
final class VendorHintsTest {
  @RegisterExtension final Lab lab = new Lab();

  /** A phone that is tried first, two browsers that are tried later. */
  @BeforeEach
  void aPhoneAndTwoBrowsers() {
    SimulatedFleet fleet = SimulatedFleet.of(3, 0);
    lab.start(
        fleet,
        Map.of(
            "nodes",
            List.of(
                node(fleet, 1, Map.of("udid", "phone", "platformName", "Android", "rank", 1)),
                node(fleet, 2, Map.of("browserName", "firefox", "rank", 2)),
                node(fleet, 3, Map.of("browserName", "chrome", "rank", 3)))));
  }

  private static Map<String, Object> node(
      SimulatedFleet fleet, int number, Map<String, Object> device) {
    return Map.of(
        "id",
        "node-" + number,
        "url",
        fleet.node(number).url().toString(),
        "devices",
        List.of(device));
  }

  private int nodeOf(String members) throws IOException {
    Answered answered = lab.newSession(members).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    for (int number = 1; number <= lab.fleet().nodes().size(); number++) {
      if (lab.node(number).liveSessions().stream()
          .anyMatch(session -> session.id().equals(answered.sessionId()))) {
        lab.delete(answered.sessionId());
        return number;
      }
    }
    throw new AssertionError("on no node");
  }

  @Test
  void optionsOfABrowserFindItAndAppiumsFindAPhone() throws IOException {
    assertThat(nodeOf("'goog:chromeOptions':{'args':[]}")).isEqualTo(3);
    assertThat(nodeOf("'moz:firefoxOptions':{}")).isEqualTo(2);
    assertThat(nodeOf("'appium:app':'/a.apk'")).isEqualTo(1);
    assertThat(nodeOf("'appium:automationName':'UiAutomator2','goog:chromeOptions':{}"))
        .isEqualTo(1);
    assertThat(nodeOf("")).isEqualTo(1);
  }

  @Test
  void theVersionThatANodeReportsIsTheBrowsers() throws IOException {
    SimulatedFleet fleet =
        SimulatedFleet.of(2, 0, config -> config.withStyle(NodeStyle.CHROMEDRIVER));
    Map<String, Object> written = Map.of("browserName", "chrome", "browserVersion", "150");
    lab.start(
        fleet,
        Map.of(
            "nodes",
            List.of(node(fleet, 1, Map.of("browserName", "chrome")), node(fleet, 2, written))));
    Lab.until(
        "the version is reported",
        () ->
            lab.server().distributor().states().stream()
                .map(device -> device.device().attributes().raw("browserVersion"))
                .anyMatch("156.0.0.0"::equals));
    String asked = "'gridfleet:selector':'browserVersion:%s'";
    assertThat(nodeOf(asked.formatted("156"))).isEqualTo(1);
    assertThat(nodeOf(asked.formatted("150"))).isEqualTo(2);
  }

  @Test
  void aMissingBrowserIsNamedInTheRefusal() throws IOException {
    Answered answered = lab.newSession("'ms:edgeOptions':{}").answered();
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.message()).startsWith("No matched devices were found").contains("edge");
  }
}
