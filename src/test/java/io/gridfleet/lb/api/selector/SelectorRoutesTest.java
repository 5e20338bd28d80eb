package io.gridfleet.lb.api.selector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.api.ApiClient;
import io.gridfleet.lb.api.ApiLab;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.run.DeviceStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Explaining over the API, with the same answers for both forms of the selector. */
final class SelectorRoutesTest {
  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);
  private final FleetUpdates news = new FleetUpdates(lab.distributor);
  private final List<Device> devices = lab.lab.all().stream().map(DeviceStatus::device).toList();

  @BeforeEach
  void everyNodeAnswers() {
    news.inventory(devices);
    devices.forEach(device -> news.node(device.node().id(), Optional.empty()));
  }

  @Test
  void theNearestMissHasItsInhibitors() {
    ApiClient.Reply reply =
        client.get("/api/selector/explain?selector=model:%22Pixel+8%22+os_version:%3E99");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().at("/matching").asInt()).isZero();
    assertThat(reply.text("/nearest_miss/without_term")).isEqualTo("os_version:>99");
    assertThat(reply.body().at("/nearest_miss/devices").asInt()).isEqualTo(3);
    assertThat(reply.body().at("/terms/0/matches").asInt()).isEqualTo(3);
  }

  @Test
  void devicesAreListedByPagesWithThoseThatMatchFirst() {
    String path = "/api/selector/explain?selector=model:'Pixel+8'";
    JsonNode whole = client.get(path).body();
    assertThat(whole.path("limit").asInt()).isEqualTo(500);
    assertThat(whole.path("devices")).hasSize(5).hasSize(whole.path("devices_total").asInt());
    for (int i = 0; i < 5; i++) {
      JsonNode page = client.get(path + "&limit=1&offset=" + i).body();
      JsonNode posted =
          client
              .post(
                  "/api/selector/explain?limit=1&offset=" + i, "{\"selector\":\"model:'Pixel 8'\"}")
              .body();
      assertThat(page).isEqualTo(posted);
      assertThat(page.path("devices")).hasSize(1);
      assertThat(page.at("/devices/0")).isEqualTo(whole.path("devices").get(i));
      assertThat(page.at("/devices/0/matches").asBoolean()).isEqualTo(i < 3);
      assertThat(page.path("inhibited")).isEqualTo(whole.path("inhibited"));
    }
    assertThat(client.get(path + "&offset=5").body().path("devices")).isEmpty();
    assertThat(client.get(path + "&limit=501").status()).isEqualTo(422);
  }

  @Test
  void aBodyHoldsEitherForm() {
    ApiClient.Reply text =
        client.post("/api/selector/explain", "{\"selector\":\"model:'Pixel 8'\"}");
    ApiClient.Reply json =
        client.post("/api/selector/explain", "{\"selector\":{\"model\":\"Pixel 8\"}}");
    assertThat(json.body()).isEqualTo(text.body());
    assertThat(json.body().at("/matching").asInt()).isEqualTo(3);
  }

  @Test
  void theJsonFormIsASelectorThatMatchesTheSame() {
    ApiClient.Reply reply =
        client.get("/api/selector/explain?selector=model:Pixel*+os_version:%3E%3D13+-carrier:*");
    String json = reply.body().path("json").toString();
    assertThat(json)
        .isEqualTo("{\"model\":\"pixel*\",\"os_version\":{\"gte\":\"13\"},\"carrier\":null}");
    ApiClient.Reply again = client.post("/api/selector/explain", "{\"selector\":" + json + "}");
    assertThat(again.text("/selector")).isEqualTo(reply.text("/selector"));
    assertThat(again.body().path("devices")).isEqualTo(reply.body().path("devices"));
    assertThat(reply.body().at("/matching").asInt()).isPositive();
  }

  @Test
  void aDeviceInMaintenanceMatchesButIsNotFree() {
    news.maintenance(devices.get(0).id(), Optional.of("new battery"));
    ApiClient.Reply reply = client.get("/api/selector/explain?selector=model:'Pixel+8'");
    assertThat(reply.body().at("/matching").asInt()).isEqualTo(3);
    assertThat(reply.body().at("/free").asInt()).isEqualTo(2);
    assertThat(reply.body().at("/inhibited/maintenance").asInt()).isEqualTo(1);
    assertThat(reply.body().at("/inhibited/not_matching").asInt()).isEqualTo(2);
  }

  @Test
  void eachDeviceHasItsFirstFailingTerm() {
    ApiClient.Reply reply =
        client.get("/api/selector/explain?selector=-model:shield+os_version:14+model:x");
    assertThat(reply.body().at("/devices").findValuesAsText("failed_term"))
        .containsExactlyInAnyOrder(
            "model:x", "model:x", "model:x", "-model:shield", "os_version:14");
  }

  @Test
  void aSyntaxErrorIsReportedWithItsPosition() {
    ApiClient.Reply reply = client.get("/api/selector/explain?selector=device_type%3Dios");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("/error/message")).startsWith("No matched devices were found");
    assertThat(reply.body().at("/error/details/column").asInt()).isEqualTo(12);
    assertThat(reply.text("/error/details/hint")).contains("device_type:ios");
  }

  @Test
  void aMistypedKeyIsAnsweredWithTheNearest() {
    ApiClient.Reply reply = client.get("/api/selector/explain?selector=os_verion:14");
    assertThat(reply.text("/warnings/0")).contains("os_verion", "os_version");
  }
}
