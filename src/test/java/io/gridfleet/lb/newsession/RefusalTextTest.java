package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The texts of refusals. */
final class RefusalTextTest {
  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});

  @Test
  void ofManyLocksTheLongestIsReported() {
    lab.fleet(3);
    session("phone-2", Duration.ofMinutes(3));
    session("phone-0", Duration.ofSeconds(50));
    session("phone-1", Duration.ofSeconds(50));

    assertThat(refusal()).contains("3 devices match: 3 locked (longest for 4 min, ");
  }

  @Test
  void everyReasonIsCountedAndReported() {
    lab.fleet(3);
    session("phone-0", Duration.ofSeconds(5));
    lab.news.node(
        NewSessionLab.phone("phone-1", "iOS").node().id(), Optional.of("no answer in time"));
    lab.news.maintenance(NewSessionLab.phone("phone-2", "Android").id(), Optional.of("new screen"));

    assertThat(refusal())
        .contains(
            "3 devices match: 1 maintenance (new screen), 1 offline (no answer in time), "
                + "1 locked (for 6 s, ")
        .contains("\"inhibitors\":{\"maintenance\":1,\"offline\":1,\"locked\":1}");
  }

  @Test
  void countsAndExplanationAreOfOneEvaluation() throws IOException {
    lab.fleet(4);
    for (int i = 0; i < 3; i++) {
      DeviceId id = NewSessionLab.phone("phone-" + i, "Android").id();
      lab.news.reserved(id, Optional.of("run-1"), Optional.empty());
    }
    lab.news.maintenance(NewSessionLab.phone("phone-3", "iOS").id(), Optional.of("new screen"));

    JsonNode error = error(Map.of());
    assertThat(error.at("/message").asText())
        .contains("4 devices match: 3 reserved by another run (run run-1), 1 maintenance");
    agree(error.at("/data"), 4, 0);
    assertThat(error.at("/data/explain/inhibitors/reserved by another run").asInt()).isEqualTo(3);
    assertThat(error.at("/data/explain/devices/0/udid").asText()).isEqualTo("phone-0");
  }

  @Test
  void severalEntriesAreExplainedTogether() throws IOException {
    lab.fleet(4);
    for (int i = 0; i < 4; i++) {
      DeviceId id = NewSessionLab.phone("phone-" + i, "Android").id();
      lab.news.maintenance(id, Optional.of("all"));
    }

    JsonNode error =
        error(
            Map.of(
                "firstMatch",
                List.of(
                    Map.of("gridfleet:selector", "model:phone-0"),
                    Map.of("gridfleet:selector", "model:phone-1 platformName:iOS"))));
    agree(error.at("/data"), 2, 0);
  }

  @Test
  void aNamedDeviceIsTheOnlyOneThatMatches() throws IOException {
    lab.fleet(4);
    session("phone-2", Duration.ofSeconds(5));

    JsonNode error = error(Map.of("alwaysMatch", Map.of("appium:udid", "phone-2")));
    agree(error.at("/data"), 1, 0);
    assertThat(error.at("/data/explain/devices/2/udid").asText()).isEqualTo("phone-2");
    assertThat(error.at("/data/explain/devices/2/matches").asBoolean()).isTrue();
  }

  private static void agree(JsonNode data, int matching, int available) {
    assertThat(data.at("/matching").asInt()).isEqualTo(matching);
    assertThat(data.at("/explain/matching").asInt()).isEqualTo(matching);
    assertThat(data.at("/explain/available").asInt()).isEqualTo(available);
    assertThat(data.at("/explain/devices_total").asInt()).isEqualTo(data.at("/devices").asInt());
  }

  private JsonNode error(Map<String, Object> capabilities) throws IOException {
    Map<String, Object> always = new HashMap<>();
    if (capabilities.get("alwaysMatch") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> always.put((String) name, value));
    }
    always.put("gridfleet:waitForDeviceOnlineTimeout", 1);
    Map<String, Object> all = new HashMap<>(capabilities);
    all.put("alwaysMatch", always);
    NewSessionRequest any = lab.request(Map.of(), "10.0.0.1");
    NewSessionRequest request =
        new NewSessionRequest(
            any.id(),
            any.arrival(),
            NewSessionPayload.parse(Json.bytes(Map.of("capabilities", all))),
            any.origin(),
            any.executor());
    PendingSession pending = lab.flow.begin(request);
    lab.time.pass(Duration.ofSeconds(2));
    return new ObjectMapper()
        .readTree(pending.answer().toCompletableFuture().join().body())
        .at("/value");
  }

  private void session(String phone, Duration pause) {
    lab.ask(Map.of("appium:udid", phone));
    lab.time.pass(pause);
  }

  private String refusal() {
    NewSessionState state = lab.ask(Map.of("gridfleet:waitForDeviceOnlineTimeout", 1));
    lab.time.pass(Duration.ofSeconds(2));
    return new String(state.answer().join().body(), StandardCharsets.UTF_8);
  }
}
