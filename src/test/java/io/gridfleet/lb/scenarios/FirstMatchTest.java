package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.NodeStyle;
import io.gridfleet.lb.simulator.ReceivedCreation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The entries of {@code firstMatch} that a node receives: all that fit the device. */
@ExtendWith(LeakCheck.class)
final class FirstMatchTest {
  @RegisterExtension final Lab lab = new Lab();

  /** One node that compares capabilities like chromedriver, with one slot. */
  private void startBrowser() {
    SimulatedFleet fleet =
        SimulatedFleet.of(1, 0, config -> config.withStyle(NodeStyle.CHROMEDRIVER));
    Map<String, Object> state = Map.of("browserName", "chrome");
    Map<String, Object> node =
        Map.of("id", "b", "url", fleet.node(1).url().toString(), "devices", List.of(state));
    lab.start(fleet, Map.of("nodes", List.of(node)));
  }

  private Answered ask(String capabilities) throws IOException {
    String body = "{'capabilities':" + capabilities + "}";
    return lab.ask("POST", "/session", body.replace('\'', '"')).answered();
  }

  private JsonNode sent() {
    List<ReceivedCreation> creations = lab.node(1).history().creations();
    return creations.get(creations.size() - 1).body().path("capabilities");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'platformName':'LINUX'},{'platformName':'linux'}]",
        "[{'platformName':'mac'},{}]",
        "[{'platformName':'mac'},{'platformName':'windows'},{'platformName':'linux'}]",
      })
  void aNodeThatCannotProvideTheFirstEntryProvidesAnother(String entries) throws IOException {
    startBrowser();
    Answered answered = ask("{'firstMatch':" + entries + "}");
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    assertThat(lab.node(1).history().creations()).as("asked once").hasSize(1);
  }

  @Test
  void onlyEntriesThatFitTheDeviceAreSent() throws IOException {
    lab.start(2);
    Answered answered =
        ask(
            "{'alwaysMatch':{'appium:app':'a'},'firstMatch':[{'platformName':'tvOS'},"
                + "{'gridfleet:selector':'udid:phone-1-1','appium:app2':'b'},"
                + "{'appium:udid':'phone-2-1'},{'platformName':'android'}]}");
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    assertThat(sent())
        .isEqualTo(
            JsonClient.JSON.readTree(
                ("{'alwaysMatch':{'appium:app':'a','appium:udid':'phone-1-1'},"
                        + "'firstMatch':[{'appium:app2':'b'},{'platformName':'android'}]}")
                    .replace('\'', '"')));
  }

  @Test
  void aNodeThatCanProvideNoEntryIsReportedAsBefore() throws IOException {
    startBrowser();
    Answered answered = ask("{'firstMatch':[{'platformName':'mac'},{'platformName':'windows'}]}");
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.error()).isEqualTo("session not created");
  }
}
