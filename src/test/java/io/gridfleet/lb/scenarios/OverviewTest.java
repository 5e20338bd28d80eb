package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code GET /api/overview}: the lab at a glance. */
@ExtendWith(LeakCheck.class)
final class OverviewTest {
  @RegisterExtension final Lab lab = new Lab();

  private JsonNode overview() throws IOException {
    return lab.ask("GET", "/api/overview", "").answered().json();
  }

  private void post(String path) throws IOException {
    Answered answered = lab.ask("POST", path, "{}", "Content-Type: application/json").answered();
    assertThat(answered.status()).as(answered.text()).isBetween(200, 299);
  }

  private static String path(String udid) {
    return "/api/devices/" + DeviceId.of(udid);
  }

  @Test
  void everyDeviceIsCountedOnceByItsState() throws IOException {
    lab.start(SimulatedFleet.of(1, 4), Map.of());
    post(path("phone-1-1") + "/maintenance");
    post(path("phone-1-2") + "/lock");
    Answered created = lab.newSession("'appium:udid':'phone-1-3'").answered();

    Lab.until("the session is counted", () -> overview().at("/sessions/total").asInt() == 1);
    JsonNode platform = overview().at("/platforms/0");

    assertThat(platform.path("total").asInt()).isEqualTo(4);
    for (String state : new String[] {"maintenance", "locked", "busy", "free"}) {
      assertThat(platform.path(state).asInt()).as(state).isEqualTo(1);
    }
    for (String state : new String[] {"offline", "avoided", "reserved"}) {
      assertThat(platform.path(state).asInt()).as(state).isZero();
    }
    post(path("phone-1-2") + "/unlock");
    lab.delete(created.sessionId());
  }

  @Test
  void whoWaitsIsListedTheLongestFirst() throws IOException {
    lab.start(1);
    Answered holder = lab.newSession("").answered();
    Asked first = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");
    Asked second = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60,'gridfleet:priority':50");
    JsonNode queue = lab.ask("GET", "/api/queue", "").answered().json();
    JsonNode waiting = overview().path("waiting");

    assertThat(waiting.path("total").asInt()).isEqualTo(2);
    assertThat(waiting.at("/items/0/id")).isEqualTo(queue.at("/items/1/id"));
    assertThat(waiting.at("/items/1/id")).isEqualTo(queue.at("/items/0/id"));
    assertThat(waiting.path("oldest_sec").asDouble())
        .isEqualTo(waiting.at("/items/0/age_sec").asDouble());
    lab.leavesTheQueue(first);
    lab.leavesTheQueue(second);
    lab.delete(holder.sessionId());
  }

  @Test
  void theStoreAndTheReplicasAreNamed() throws IOException {
    lab.start(1);

    JsonNode overview = overview();

    assertThat(overview.at("/store/up").asBoolean()).isTrue();
    assertThat(overview.at("/replicas/0/name").asText())
        .endsWith(":" + ProcessHandle.current().pid());
    assertThat(overview.at("/replicas").findValuesAsText("self")).containsOnlyOnce("true");
    assertThat(overview.path("version").asText()).isNotEmpty();
  }
}
