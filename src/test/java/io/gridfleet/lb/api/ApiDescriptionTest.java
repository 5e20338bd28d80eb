package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.RunLab;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The description is correct: every operation in it is called and its answer validated. */
final class ApiDescriptionTest {
  private static final String RUN =
      """
      {"name":"n","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":1}]}""";

  private final ApiLab lab = new ApiLab(RunLab.withLegacyClaims(), ApiAccess.open()).furnish();
  private final ApiClient client = new ApiClient(lab);

  @Test
  void everyOperationAnswersAsItIsDescribed() {
    devices();
    runs();
    sessions();
    server();
    Set<String> described = new TreeSet<>();
    client
        .description()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            described.add(
                                operation.getKey().toUpperCase(Locale.ROOT)
                                    + " "
                                    + path.getKey())));
    assertThat(client.called()).containsExactlyInAnyOrderElementsOf(described);
    assertThat(described).hasSizeGreaterThan(35);
    assertThat(
            AccessTable.routes().keySet().stream()
                .filter(route -> Api.owns(route.substring(route.indexOf(' ') + 1))))
        .as("operations with an access rule")
        .containsExactlyInAnyOrderElementsOf(described);
  }

  private void devices() {
    Device device = lab.lab.all().get(2).device();
    String path = "/api/devices/" + device.id();
    good(client.get("/api/devices"));
    good(client.get(path));
    good(client.get("/api/devices/by-connection-target/phone-1"));
    good(client.get(path + "/config"));
    good(client.get(path + "/capabilities"));
    good(client.get(path + "/health"));
    lab.periods.fill(device);
    good(client.get(path + "/history"));
    good(client.get(path + "/test_data"));
    good(client.exchange("PUT", path + "/test_data", "{}"));
    good(client.exchange("PATCH", path + "/test_data", "{\"a\":1}"));
    good(client.exchange("PATCH", path, "{\"tags\":{\"a\":\"b\"}}"));
    good(client.post(path + "/maintenance", "{\"reason\":\"new battery\"}"));
    good(client.post(path + "/maintenance/exit"));
    good(client.post(path + "/lock"));
    good(client.post(path + "/unlock"));
    good(client.get("/api/driver-packs/catalog"));
  }

  private void runs() {
    String run = client.begin("/api/runs", RUN, "run");
    String device = lab.runs.everything().get(0).reservations().get(0).device().value();
    good(client.get("/api/runs"));
    good(client.get("/api/runs/" + run));
    good(client.post("/api/runs/" + run + "/ready"));
    good(client.post("/api/runs/" + run + "/active"));
    good(client.post("/api/runs/" + run + "/heartbeat"));
    good(client.post("/api/runs/" + run + "/claim", "{\"worker_id\":\"w\"}"));
    String back = "{\"worker_id\":\"w\",\"device_id\":\"%s\"}".formatted(device);
    good(client.post("/api/runs/" + run + "/release", back));
    good(client.post("/api/runs/" + run + "/claim", "{\"worker_id\":\"w\"}"));
    String rest = "{\"worker_id\":\"w\",\"reason\":\"r\",\"ttl_seconds\":5}";
    String path = "/api/runs/" + run + "/devices/" + device;
    good(client.post(path + "/release-with-cooldown", rest));
    good(client.post(path + "/cooldown", "{\"reason\":\"r\",\"ttl_seconds\":5}"));
    good(client.post(path + "/preparation-failed", "{\"message\":\"m\"}"));
    good(client.post("/api/runs/" + run + "/complete"));
    good(client.post("/api/runs/" + client.begin("/api/runs", RUN, "two") + "/cancel"));
    good(client.post("/api/runs/" + client.begin("/api/runs", RUN, "three") + "/force-release"));
  }

  private void sessions() {
    lab.begin("s-1", lab.lab.all().get(3).device(), Optional.empty());
    good(client.post("/api/sessions", "{\"session_id\":\"s-1\"}"));
    good(client.get("/api/sessions"));
    good(client.get("/api/sessions/s-1"));
    good(client.post("/api/sessions/s-1/finished"));
    good(client.exchange("PATCH", "/api/sessions/s-1/status", "{\"status\":\"passed\"}"));
    good(client.post("/api/sessions/s-1/kill"));
  }

  private void server() {
    lab.waits("r-1", "a");
    good(client.get("/api/queue"));
    lab.requests.waiting("r-1", "a");
    good(client.get("/api/requests"));
    good(client.get("/api/requests/r-1"));
    good(client.get("/api/grid/queue"));
    good(client.get("/api/overview"));
    good(client.get("/api/usage"));
    good(client.post("/api/usage/what-if", "{\"platform\":\"android\",\"add\":1}"));
    good(client.exchange("DELETE", "/api/queue/r-1", ""));
    good(client.get("/api/selector/explain?selector=model%3APixel*"));
    good(client.post("/api/selector/explain", "{\"selector\":{\"model\":\"Pixel 8\"}}"));
    good(client.get("/api/events"));
    good(client.get("/health/live"));
    good(client.get("/health/ready"));
    good(client.get("/api/health"));
    good(client.get("/api/auth/session"));
    good(client.get("/api/availability?platform_id=ios"));
    good(client.get("/api/grid/status"));
    good(client.get("/api/openapi.json"));
  }

  private static void good(ApiClient.Reply reply) {
    assertThat(reply.status()).as(reply.toString()).isBetween(200, 299);
  }
}
