package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A restart with records that aren't written yet. */
@ExtendWith(LeakCheck.class)
final class RecordsAfterRestartTest {
  private static final int REQUESTS = 40;

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path folder;

  /** The writer waits for others of its batch, so most of these are in memory at the stop. */
  @Test
  void aStopWritesTheRecordsOfEveryAnsweredAndEveryWaitingRequest() throws IOException {
    Map<String, Object> store =
        Map.of("store", Map.of("address", "sqlite:" + folder.resolve("lab.db")));
    SimulatedFleet fleet = SimulatedFleet.of(1, 1);
    lab.start(fleet, store);
    String session = lab.session("");
    List<Asked> waiting = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      waiting.add(lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60"));
    }
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(lab.newSession("'gridfleet:selector':'model:none'").answered().status())
          .isEqualTo(500);
    }
    lab.server().close();

    lab.start(fleet, store);

    JsonNode rows = lab.ask("GET", "/api/requests?limit=500", "").answered().json().path("items");
    assertThat(rows).hasSize(1 + 2 * REQUESTS);
    assertThat(rows.findValuesAsText("outcome"))
        .doesNotContain("waiting", "starting", "lost")
        .containsOnlyOnce("created");
    for (Asked each : waiting) {
      each.leave();
    }
    lab.delete(session);
  }
}
