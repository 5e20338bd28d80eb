package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request that waits on one replica is told to a screen of the other, and taken out there. */
final class UiQueueOfReplicasIT {
  private static final String WAITS =
      "'appium:udid':'phone-1-1','gridfleet:testName':'test_elsewhere',"
          + "'gridfleet:waitForDeviceOnlineTimeout':600";

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::pair);

  @Test
  void aWaitingRequestIsSeenOnTheOtherReplicaAndTakenOutThere() throws Exception {
    UiBrowser browser = ui.browser().withoutPolling();
    UiLab first = ui.lab();
    String session = first.session("'appium:udid':'phone-1-1'");
    browser.open(first.other(), "/ui/queue");
    browser.untilShows("Nobody waits");
    List<Wire> clients = new ArrayList<>();
    Pushed.inTwoRounds(
        pushed -> {
          pushed.shows(
              browser,
              "test_elsewhere",
              "a request that waits on another replica is seen after",
              () -> clients.add(first.waiting(WAITS)));
          browser.press("Take out…");
          browser.until("a field", "return document.querySelector('dialog[open] input') !== null");
          browser.find("dialog[open] input").sendKeys("The lab moves");
          pushed.shows(
              browser,
              "Nobody waits",
              "that it was taken out is seen after",
              () -> browser.press("Take it out"));
          assertThat(clients.remove(0).readResponse().text()).contains("The lab moves");
        });
    browser.check();
    first.client().delete("/session/" + session);
  }
}
