package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The rows of {@code GET /api/queue}, and those of GridFleet. */
@ExtendWith(LeakCheck.class)
final class QueueRowsTest {
  @RegisterExtension final Lab lab = new Lab();

  private JsonNode get(String path) throws IOException {
    return lab.ask("GET", path, "").answered().json();
  }

  private void maintenance(String udid, String verb, String body) throws IOException {
    String path = "/api/devices/" + DeviceId.of(udid) + "/maintenance" + verb;
    lab.ask("POST", path, body, "Content-Type: application/json").answered();
  }

  @Test
  void aRowSaysWhoWaitsForWhichDevicesAndWhatHindersThem() throws IOException {
    lab.start(SimulatedFleet.of(1, 2), Map.of());
    maintenance("phone-1-1", "", "{\"reason\":\"new battery\"}");
    String session = lab.session("");
    Asked first =
        lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60,'appium:udid':'phone-1-1'");
    Asked second =
        lab.waiting(
            "'gridfleet:waitForDeviceOnlineTimeout':60,'gridfleet:testName':'test_login'",
            "User-Agent: selenium/4.38.0 (python linux)");

    JsonNode queue = get("/api/queue");
    JsonNode row = queue.at("/items/1");

    assertThat(row.path("request_id")).isEqualTo(row.path("id"));
    assertThat(row.path("test_name").asText()).isEqualTo("test_login");
    assertThat(row.path("client").asText()).isEqualTo("selenium python 4.38.0");
    assertThat(row.path("run_id").isNull()).isTrue();
    assertThat(row.path("devices_total").asInt()).isEqualTo(2);
    assertThat(row.at("/devices").findValuesAsText("kind"))
        .containsExactly("locked", "maintenance");
    assertThat(row.at("/devices/1/inhibitors/0/text").asText())
        .isEqualTo("maintenance (new battery)");
    assertThat(row.at("/hindered_by").findValuesAsText("devices")).containsExactly("1", "1");
    assertThat(row.path("ahead_same").asInt()).isEqualTo(1);
    assertThat(queue.at("/items/0/ahead_same").asInt()).isZero();
    assertThat(queue.at("/items/0/devices_total").asInt()).isEqualTo(1);
    assertThat(row.at("/estimate/known").isBoolean()).isTrue();
    maintenance("phone-1-1", "/exit", "");
    lab.leavesTheQueue(second);
    first.leave();
    lab.delete(session);
  }

  @Test
  void pagesAreTakenInTheOrderOfTheQueue() throws IOException {
    lab.start(1);
    String session = lab.session("");
    Asked first = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");
    Asked second = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");

    JsonNode page = get("/api/queue?limit=1&offset=1");

    assertThat(page.path("total").asInt()).isEqualTo(2);
    assertThat(page.path("items")).hasSize(1);
    assertThat(page.at("/items/0/position").asInt()).isEqualTo(2);
    assertThat(lab.ask("GET", "/api/queue?limit=0", "").answered().status()).isEqualTo(422);
    assertThat(get("/api/grid/queue").at("/requests/0").fieldNames())
        .toIterable()
        .containsExactly(
            "id", "position", "age_sec", "priority", "tenant", "selector", "waits_for");
    lab.leavesTheQueue(second);
    lab.leavesTheQueue(first);
    lab.delete(session);
  }

  @Test
  void aRemovedRequestsClientReadsTheOperatorsSentence() throws IOException {
    lab.start(1);
    String session = lab.session("");
    Asked waiting = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");
    String request = get("/api/queue").at("/items/0/id").asText();
    String sentence = "The+lab+moves,+ask+again+at+noon" + "!".repeat(300);

    assertThat(
            lab.ask("DELETE", "/api/queue/" + request + "?why=" + sentence, "").answered().status())
        .isEqualTo(204);

    assertThat(waiting.answered().json().at("/value/message").asText())
        .startsWith(
            "No available good condition devices: An operator took the request out of the queue:"
                + " The lab moves, ask again at noon!")
        .contains("!…")
        .doesNotContain("!".repeat(200));
    lab.delete(session);
  }

  @Test
  void devicesAreListedBySelectorInShortRows() throws IOException {
    lab.start(SimulatedFleet.of(1, 3), Map.of());
    maintenance("phone-1-2", "", "{}");

    JsonNode rows =
        get("/api/devices?view=summary&selector=device_id:phone-1-2,device_id:phone-1-3");

    assertThat(rows.findValuesAsText("connection_target"))
        .containsExactlyInAnyOrder("phone-1-2", "phone-1-3");
    assertThat(rows.findValuesAsText("state")).containsExactlyInAnyOrder("maintenance", "free");
    assertThat(rows.get(0).has("device_config")).isFalse();
    assertThat(lab.ask("GET", "/api/devices?selector=udid", "").answered().status()).isEqualTo(400);
    assertThat(lab.ask("GET", "/api/devices?view=short", "").answered().status()).isEqualTo(422);
    maintenance("phone-1-2", "/exit", "");
  }
}
