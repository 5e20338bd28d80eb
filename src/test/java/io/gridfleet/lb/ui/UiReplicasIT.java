package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two replicas on one PostgreSQL: a screen of one shows what happens on the other. */
final class UiReplicasIT {
  /** A screen that heard of nothing would ask again after 30 s. */
  private static final Duration HEARD = Duration.ofSeconds(10);

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::pair);

  @Test
  void aSessionOnOneIsSeenOnTheOtherAndSoIsItsEnd() throws Exception {
    UiBrowser browser = ui.browser();
    UiLab first = ui.lab();
    UiLab second = first.other();
    browser.open(second, "/ui");
    browser.untilShows("2 of 2 free");
    long began = System.nanoTime();
    String session = first.session("'appium:udid':'phone-1-1'");
    browser.untilShows("1 of 2 free");
    heard("a session of another replica is seen after", began);
    began = System.nanoTime();
    first.client().delete("/session/" + session);
    browser.untilShows("2 of 2 free");
    heard("its end is seen after", began);
    String device = first.client().get("/api/devices").body().path(0).path("id").asText();
    began = System.nanoTime();
    var changed = first.client().post("/api/devices/" + device + "/maintenance", "{}");
    assertThat(changed.status()).as(changed.text()).isEqualTo(200);
    browser.untilShows("1 of 2 free");
    heard("maintenance is seen after", began);
    browser.check();
  }

  private static void heard(String what, long began) {
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    UiBrowser.report("%-40s %s ms".formatted(what, took.toMillis()));
    assertThat(took).as(what).isLessThan(HEARD);
  }
}
