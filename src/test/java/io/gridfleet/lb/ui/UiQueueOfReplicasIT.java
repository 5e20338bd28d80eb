package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Wire;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request that waits on one replica is seen on a screen of the other, and taken out there. */
final class UiQueueOfReplicasIT {
  /** A screen that heard of nothing would ask again after 30 s. */
  private static final Duration HEARD = Duration.ofSeconds(10);

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::pair);

  private static void heard(String what, long began) {
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    UiBrowser.report("%-40s %s ms".formatted(what, took.toMillis()));
    assertThat(took).as(what).isLessThan(HEARD);
  }

  @Test
  void aWaitingRequestIsSeenOnTheOtherReplicaAndTakenOutThere() throws Exception {
    UiBrowser browser = ui.browser();
    UiLab first = ui.lab();
    String session = first.session("'appium:udid':'phone-1-1'");
    browser.open(first.other(), "/ui/queue");
    browser.untilShows("Nobody waits");
    long began = System.nanoTime();
    Wire client =
        first.waiting(
            "'appium:udid':'phone-1-1','gridfleet:testName':'test_elsewhere',"
                + "'gridfleet:waitForDeviceOnlineTimeout':600");
    browser.untilShows("test_elsewhere");
    heard("a request that waits on another replica is seen after", began);
    browser.press("Take out…");
    browser.until("a field", "return document.querySelector('dialog[open] input') !== null");
    browser.find("dialog[open] input").sendKeys("The lab moves");
    began = System.nanoTime();
    browser.press("Take it out");
    browser.untilShows("Nobody waits");
    heard("that it was taken out is seen after", began);
    assertThat(client.readResponse().text()).contains("The lab moves");
    browser.check();
    first.client().delete("/session/" + session);
  }
}
