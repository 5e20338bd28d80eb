package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code GET /api/devices/{id}/history}: each period once, whichever replica caused it. */
@ExtendWith(LeakCheck.class)
final class DeviceHistoryTest {
  private static final String DEVICE = "/api/devices/" + DeviceId.of("phone-1-1");

  @RegisterExtension final Lab lab = new Lab();

  private void post(String path, String body) throws IOException {
    Answered answered = lab.ask("POST", path, body, "Content-Type: application/json").answered();
    assertThat(answered.status()).as(answered.text()).isBetween(200, 299);
  }

  private JsonNode history(String query) throws IOException {
    return lab.ask("GET", DEVICE + "/history" + query, "").answered().json();
  }

  /** The kinds, newest first, with {@code +} behind those that have ended. */
  private List<String> kinds() throws IOException {
    List<String> kinds = new ArrayList<>();
    for (JsonNode row : history("").path("items")) {
      kinds.add(row.path("kind").asText() + (row.path("ended_at").isNull() ? "" : "+"));
    }
    return kinds;
  }

  private void untilKinds(String... kinds) {
    Lab.until(
        String.join(", ", kinds),
        () -> kinds().containsAll(List.of(kinds)) && kinds().size() == kinds.length);
  }

  @Test
  void sessionsMaintenanceAndLocksHaveBeginAndEnd() throws IOException {
    lab.start(1);
    String session = lab.session("'gridfleet:testName':'test_login'");
    untilKinds("session");
    JsonNode live = history("").at("/items/0");
    assertThat(live.path("session_id").asText()).isEqualTo(session);
    assertThat(live.path("request_id").asText()).isNotEmpty();
    assertThat(live.path("text").asText()).isEqualTo("test_login");

    lab.delete(session);
    untilKinds("session+");
    assertThat(history("").at("/items/0/cause").asText()).isEqualTo("client_deleted");
    post(DEVICE + "/maintenance", "{\"reason\":\"new battery\"}");
    untilKinds("session+", "maintenance");
    assertThat(history("").at("/items/0/text").asText()).isEqualTo("new battery");
    Lab.until("applied everywhere", () -> isIn("maintenance") && isIn("maintenance"));
    post(DEVICE + "/maintenance/exit", "");
    untilKinds("session+", "maintenance+");
    Lab.until("applied everywhere", () -> !isIn("maintenance") && !isIn("maintenance"));
    post(DEVICE + "/lock", "");
    untilKinds("session+", "maintenance+", "operator_lock");
    post(DEVICE + "/unlock", "");
    untilKinds("session+", "maintenance+", "operator_lock+");
    JsonNode page = history("?limit=2");
    assertThat(page.path("items")).hasSize(2);
    assertThat(history("?limit=2&cursor=" + page.path("next_cursor").asText()).path("items"))
        .hasSize(1);
  }

  private boolean isIn(String hold) throws IOException {
    return lab.ask("GET", DEVICE, "").answered().json().path("hold").asText().equals(hold);
  }

  @Test
  void aFailedAttemptAndItsAvoidanceAreRecorded() throws IOException {
    lab.start(SimulatedFleet.of(2, 1), Map.of());
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("adb: device offline"));

    String session = lab.session("");

    Lab.until("recorded", () -> kinds().containsAll(List.of("failed_attempt+", "avoided")));
    JsonNode avoided = history("").at("/items/0");
    assertThat(avoided.path("until").isNull()).isFalse();
    JsonNode overview = lab.ask("GET", "/api/overview", "").answered().json();
    assertThat(overview.at("/failures/0/count").asInt()).isEqualTo(1);
    assertThat(overview.at("/failures/0/text").asText()).contains("adb: device offline");
    lab.delete(session);
  }

  @Test
  void aSecretThatANodeRepeatsIsShownToNobodyElse() throws IOException {
    lab.start(SimulatedFleet.of(2, 1), Map.of());
    lab.node(1)
        .faults()
        .next(
            1,
            NodeOperation.NEW_SESSION,
            Fault.sessionNotCreated("adb: device offline, pin hunter2-secret"));

    String session = lab.session("'vendor:password':'hunter2-secret'");

    Lab.until("recorded", () -> kinds().containsAll(List.of("failed_attempt+", "avoided")));
    assertThat(history("").toString())
        .doesNotContain("hunter2")
        .contains("adb: device offline, pin (not recorded)");
    for (String path : List.of("/api/overview", "/api/devices?view=summary", DEVICE)) {
      assertThat(lab.ask("GET", path, "").answered().text()).as(path).doesNotContain("hunter2");
    }
    lab.delete(session);
  }

  @Test
  void theUseOfDevicesIsSummedUp() throws IOException {
    lab.start(1);
    lab.delete(lab.session(""));

    Lab.until(
        "counted",
        () -> {
          JsonNode sum = lab.ask("GET", "/api/usage", "").answered().json().at("/platforms/0");
          return sum.path("sessions").asInt() == 1
              && sum.at("/waits/count").asInt() == 1
              && sum.path("capacity_sec").asLong() >= 86_398;
        });
  }

  @Test
  void aReservationAndACooldownEndWithTheirRun() throws IOException {
    lab.start(1);
    Answered begun =
        lab.ask(
                "POST",
                "/api/runs",
                "{\"name\":\"nightly\",\"requirements\":[{\"count\":1,"
                    + "\"pack_id\":\"appium-uiautomator2\",\"platform_id\":\"android_mobile\"}]}",
                "Content-Type: application/json")
            .answered();
    String run = "/api/runs/" + begun.json().path("id").asText();
    untilKinds("reservation");
    assertThat(history("").at("/items/0/run_id").asText())
        .isEqualTo(begun.json().path("id").asText());
    post(
        run + "/devices/" + DeviceId.of("phone-1-1") + "/cooldown",
        "{\"reason\":\"flaky\",\"ttl_seconds\":60}");
    untilKinds("reservation", "cooldown");

    post(run + "/complete", "");

    untilKinds("reservation+", "cooldown+");
  }

  @Test
  void anOfflineNodeIsRecordedOnceForEachDevice() throws IOException {
    lab.start(
        SimulatedFleet.of(1, 1),
        Map.of(
            "probe",
            Map.of("interval", "100ms", "timeout", "100ms", "downAfter", 1, "maxInterval", "1s")));
    lab.node(1).faults().standing(NodeOperation.STATUS, new Fault.Gateway(503));
    untilKinds("offline");
    lab.node(1).faults().clear();
    untilKinds("offline+");
  }

  @Test
  void anUnknownDeviceAndABrokenCursorAreRefused() throws IOException {
    lab.start(1);
    String unknown = "/api/devices/00000000-0000-4000-8000-000000000000/history";
    assertThat(lab.ask("GET", unknown, "").answered().status()).isEqualTo(404);
    String forged =
        Base64.getUrlEncoder().encodeToString("1:a\0b".getBytes(StandardCharsets.UTF_8));
    for (String cursor : List.of("x", forged.replace("=", ""))) {
      for (String list : List.of(DEVICE + "/history", "/api/requests")) {
        assertThat(lab.ask("GET", list + "?cursor=" + cursor, "").answered().status())
            .as(list + " behind " + cursor)
            .isEqualTo(422);
      }
    }
    assertThat(lab.ask("GET", DEVICE + "/history?limit=9999", "").answered().status())
        .isEqualTo(422);
  }
}
