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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas on one PostgreSQL: a request that waits on the first is seen on the second. */
@ExtendWith(LeakCheck.class)
final class QueueOfReplicasTest {
  private static final int HERE = 0;
  private static final int THERE = 1;
  private static final String WAITS = "'gridfleet:waitForDeviceOnlineTimeout':120";
  private static final String OWN = "Authorization: Bearer ch3ck0ut-s3cr3t";
  private static final String FOREIGN = "Authorization: Bearer n1ghtly-s3cr3t";

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  private JsonNode get(int replica, String path, String... headers) throws IOException {
    Answered answered = lab.ask(replica, "GET", path, "", headers).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    return answered.json();
  }

  private JsonNode queue(int replica, int requests, String... headers) {
    JsonNode[] queue = new JsonNode[1];
    Lab.until(
        requests + " waiting, as seen on " + replica,
        () -> {
          queue[0] = get(replica, "/api/queue", headers);
          return queue[0].path("total").asInt() == requests;
        });
    return queue[0];
  }

  private static List<String> ids(JsonNode queue) {
    return members(queue, "id");
  }

  private static List<String> members(JsonNode queue, String member) {
    List<String> members = new ArrayList<>();
    queue.path("items").forEach(row -> members.add(row.path(member).asText()));
    return members;
  }

  /** The requests that contain a text, of the part of the queue that is asked for. */
  private List<String> found(int replica, String text) throws IOException {
    return ids(get(replica, "/api/queue?text=" + text));
  }

  /** Without what one replica knows of a lock sooner than the other. */
  private static String plain(JsonNode text) {
    return text.toString().replaceAll("locked \\([^)]*\\)", "locked");
  }

  @Test
  void aRowIsTheSameOnBothReplicas() throws IOException {
    lab.startTwo(SimulatedFleet.of(1, 2), Map.of());
    lab.ask(
            THERE,
            "POST",
            "/api/devices/" + DeviceId.of("phone-1-1") + "/maintenance",
            "{\"reason\":\"new battery\"}",
            "Content-Type: application/json")
        .answered();
    String session = lab.session("'appium:udid':'phone-1-2'");
    Asked first =
        lab.waiting(WAITS + ",'gridfleet:selector':'os_version:>=1 platformname:android'");
    Asked second =
        lab.waiting(
            WAITS + ",'gridfleet:priority':1,'gridfleet:testName':'test_login'",
            "User-Agent: selenium/4.38.0 (python linux)");

    JsonNode there = queue(THERE, 2);
    JsonNode here = queue(HERE, 2);

    assertThat(there.path("complete").asBoolean()).isTrue();
    for (int i = 0; i < 2; i++) {
      for (String member :
          List.of(
              "id",
              "position",
              "priority",
              "tenant",
              "selector",
              "waits_for",
              "run_id",
              "test_name",
              "client",
              "replica",
              "devices_total",
              "devices",
              "hindered_by",
              "ahead_same")) {
        assertThat(plain(there.at("/items/" + i + "/" + member)))
            .as(member)
            .isEqualTo(plain(here.at("/items/" + i + "/" + member)));
      }
      assertThat(there.at("/items/" + i + "/age_sec").asDouble()).isBetween(0.0, 60.0);
    }
    assertThat(there.at("/items/1/ahead_same").asInt()).isEqualTo(1);
    assertThat(there.at("/items/0/client").asText()).isEqualTo("selenium python 4.38.0");
    assertThat(there.at("/items/0/devices_total").asInt()).isEqualTo(2);
    JsonNode waiting = get(THERE, "/api/overview").path("waiting");
    assertThat(waiting.path("total").asInt()).isEqualTo(2);
    assertThat(ids(waiting)).containsAll(ids(here));
    assertThat(get(THERE, "/api/grid/queue").path("total").asInt()).isEqualTo(2);
    for (int replica : new int[] {HERE, THERE}) {
      assertThat(found(replica, "TEST_LOG")).containsExactly(ids(here).get(0));
      assertThat(found(replica, "(python&limit=1")).isEmpty();
      assertThat(found(replica, "Selenium%20Py")).containsExactly(ids(here).get(0));
      assertThat(found(replica, "os_version:%3E=1")).containsExactly(ids(here).get(1));
      assertThat(found(replica, ids(here).get(1))).containsExactly(ids(here).get(1));
      assertThat(found(replica, "anonymous&offset=1")).containsExactly(ids(here).get(1));
    }
    lab.leavesTheQueue(second);
    lab.leavesTheQueue(first);
    queue(THERE, 0);
    lab.delete(session);
  }

  @Test
  void requestsOfBothReplicasHaveOneOrder() throws IOException {
    lab.startTwo(SimulatedFleet.of(1, 1), Map.of());
    String session = lab.session("");
    Asked first = lab.waiting(WAITS);
    queue(THERE, 1);
    Asked second = lab.ask(THERE, "POST", "/session", Lab.w3c(WAITS));
    queue(HERE, 2);
    Asked third = lab.newSession(WAITS);
    JsonNode here = queue(HERE, 3);
    JsonNode there = queue(THERE, 3);

    assertThat(ids(here)).isEqualTo(ids(there));
    assertThat(members(here, "position")).containsExactly("1", "2", "3");
    assertThat(members(there, "ahead_same")).containsExactly("0", "1", "2");
    assertThat(here.at("/items/1/replica")).isEqualTo(there.at("/items/1/replica"));
    assertThat(ids(get(THERE, "/api/queue?limit=1&offset=1"))).containsExactly(ids(here).get(1));
    second.leave();
    lab.leavesTheQueue(third);
    lab.leavesTheQueue(first);
    queue(HERE, 0);
    lab.delete(session);
  }

  @Test
  void aRequestIsTakenOutOnTheOtherReplica() throws IOException {
    lab.startTwo(SimulatedFleet.of(1, 1), Map.of());
    String session = lab.session("");
    Asked waiting = lab.waiting(WAITS);
    String id = ids(queue(THERE, 1)).get(0);

    Answered taken =
        lab.ask(THERE, "DELETE", "/api/queue/" + id + "?why=The+lab+moves", "").answered();

    assertThat(taken.status()).as(taken.text()).isEqualTo(204);
    assertThat(waiting.answered().message())
        .startsWith(
            "No available good condition devices: An operator took the request out of the queue:"
                + " The lab moves.");
    queue(THERE, 0);
    assertThat(lab.ask(THERE, "DELETE", "/api/queue/" + id, "").answered().status()).isEqualTo(404);
    assertThat(lab.ask(THERE, "DELETE", "/api/queue/no-such", "").answered().status())
        .isEqualTo(404);
    lab.delete(session);
  }

  @Test
  void theRecordOfARequestShowsWhyItWaitsAndThenThatTheOtherReplicaFreedItsDevice()
      throws IOException {
    lab.startTwo(SimulatedFleet.of(1, 1), Map.of());
    String session = lab.session("");
    Asked asked = lab.waiting(WAITS + ",'gridfleet:testName':'checkout'");
    String id = ids(queue(THERE, 1)).get(0);

    JsonNode[] shown = new JsonNode[1];
    Lab.until(
        "the record is seen",
        () -> {
          Answered answered = lab.ask(THERE, "GET", "/api/requests/" + id, "").answered();
          shown[0] = answered.json();
          return answered.status() == 200;
        });
    assertThat(shown[0].path("steps").findValuesAsText("step"))
        .containsExactly("admitted", "queued");
    assertThat(shown[0].at("/waiting/hindered_by/0/kind").asText()).isEqualTo("locked");
    assertThat(shown[0].at("/waiting/test_name").asText()).isEqualTo("checkout");

    assertThat(lab.ask(THERE, "DELETE", "/session/" + session, "").answered().status())
        .isEqualTo(200);
    String second = asked.answered().sessionId();
    queue(THERE, 0);
    for (int replica : List.of(HERE, THERE)) {
      Lab.until(
          "the end is seen on " + replica,
          () -> get(replica, "/api/requests/" + id).path("outcome").asText().equals("created"));
      JsonNode record = get(replica, "/api/requests/" + id);
      assertThat(record.path("steps").findValuesAsText("step"))
          .containsExactly(
              "admitted",
              "queued",
              "woken",
              "locked",
              "attempt",
              "attempt_ended",
              "published",
              "created");
      assertThat(record.path("session_id").asText()).isEqualTo(second);
      assertThat(record.path("waited_ms").asLong()).isPositive();
      assertThat(record.has("waiting")).isFalse();
    }
    lab.delete(second);
  }

  @Test
  void aTenantSeesOnlyItsOwnRequestsOfTheOtherReplica() throws IOException {
    lab.startTwo(
        SimulatedFleet.of(1, 1),
        Map.of(
            "tokens",
            List.of(token("checkout", "ch3ck0ut-s3cr3t"), token("nightly", "n1ghtly-s3cr3t"))));
    String session = lab.newSession("", OWN).answered().sessionId();
    Asked own = lab.waiting(WAITS, OWN);
    Asked foreign = lab.waiting(WAITS, FOREIGN);

    JsonNode seen = queue(THERE, 1, FOREIGN);

    assertThat(seen.at("/items/0/tenant").asText()).isEqualTo("nightly");
    assertThat(seen.at("/items/0/position").asInt()).isEqualTo(2);
    assertThat(seen.toString()).doesNotContain("checkout");
    String checkout = ids(queue(THERE, 1, OWN)).get(0);
    Answered record = lab.ask(THERE, "GET", "/api/requests/" + checkout, "", FOREIGN).answered();
    assertThat(record.status()).isEqualTo(404);
    assertThat(lab.ask(THERE, "DELETE", "/api/queue/" + checkout, "", FOREIGN).answered().status())
        .isEqualTo(403);
    lab.leavesTheQueue(foreign);
    lab.leavesTheQueue(own);
    lab.ask("DELETE", "/session/" + session, "", OWN).answered();
  }

  private Map<String, Object> token(String name, String secret) throws IOException {
    Path file = Files.writeString(secrets.resolve(name), secret);
    return Map.of("name", name, "role", "suite", "secretFile", file.toString());
  }
}
