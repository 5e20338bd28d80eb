package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two replicas on one PostgreSQL: a screen of one is told what happens on the other. */
final class UiReplicasIT {
  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::pair);

  @Test
  void aSessionOnOneIsSeenOnTheOtherAndSoIsItsEnd() throws Exception {
    UiBrowser browser = ui.browser().withoutPolling();
    UiLab first = ui.lab();
    browser.open(first.other(), "/ui");
    browser.untilShows("2 of 2 free");
    String device = first.client().get("/api/devices").body().path(0).path("id").asText();
    String maintenance = "/api/devices/" + device + "/maintenance";
    List<String> sessions = new ArrayList<>();
    Pushed.inTwoRounds(
        pushed -> {
          pushed.shows(
              browser,
              "1 of 2 free",
              "a session of another replica is seen after",
              () -> sessions.add(first.session("'appium:udid':'phone-1-1'")));
          pushed.shows(
              browser,
              "2 of 2 free",
              "its end is seen after",
              () -> first.client().delete("/session/" + sessions.remove(0)));
          pushed.shows(
              browser, "1 of 2 free", "maintenance is seen after", () -> post(first, maintenance));
          pushed.shows(
              browser,
              "2 of 2 free",
              "the end of maintenance is seen after",
              () -> post(first, maintenance + "/exit"));
        });
    browser.check();
  }

  /** What happened before somebody watched: the replica knew nothing of it until then. */
  @Test
  void aScreenThatIsOpenedSoonShowsASessionOfTheOther() throws Exception {
    UiLab first = ui.lab();
    String session = first.session("'appium:udid':'phone-1-1'");
    ui.browser().withoutPolling().open(first.other(), "/ui");
    ui.browser().untilShows("1 of 2 free");
    first.client().delete("/session/" + session);
    ui.browser().untilShows("2 of 2 free");
  }

  private static void post(UiLab lab, String path) throws IOException {
    var changed = lab.client().post(path, "{}");
    assertThat(changed.status()).as(changed.text()).isEqualTo(200);
  }
}
