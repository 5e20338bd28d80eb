package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.auth.Role;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.selector.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a tenant can read of shared devices, and what grants no access. */
final class TenantViewsTest {
  private static final Map<String, Tenant> TENANTS =
      Map.of(
          "checkout", tenant("checkout", Role.SUITE, "team:checkout,model:iPhone*"),
          "nightly", tenant("nightly", Role.SUITE, "-team:checkout"),
          "everything", tenant("everything", Role.SUITE, ""),
          "desk", tenant("desk", Role.OPERATOR, ""),
          "wall", tenant("wall", Role.VIEWER, ""));

  private static final String RUN =
      """
      {"name":"secret name","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"%s","count":1}]}""";

  private final ApiLab lab =
      new ApiLab(ConfigLoader.defaults(RunConfig.class), header -> header.map(TENANTS::get))
          .furnish();
  private final ApiClient client = new ApiClient(lab, Map.of("Authorization", "desk"));

  private static Tenant tenant(String name, Role role, String devices) {
    Selector selector = devices.isEmpty() ? Selector.everything() : Selector.parse(devices);
    return new Tenant(name, role, selector, OptionalInt.empty(), 0, 0, true);
  }

  private ApiClient.Reply as(String tenant, String method, String target, String body) {
    return client.call(method, target, body, Map.of("Authorization", tenant));
  }

  private Device phone(String udid) {
    return lab.lab.all().stream()
        .map(state -> state.device())
        .filter(device -> device.udid().equals(Optional.of(udid)))
        .findFirst()
        .orElseThrow();
  }

  private String reserve(String tenant, String platform) {
    ApiClient.Reply created = as(tenant, "POST", "/api/runs", RUN.formatted(platform));
    assertThat(created.status()).as(created.toString()).isEqualTo(201);
    return created.text("/id");
  }

  @Test
  void aTagThatWasSetThroughTheApiGivesNobodyADevice() {
    Device tv = phone("10.0.0.8:5555");
    String path = "/api/devices/" + tv.id();
    assertThat(as("checkout", "GET", path, "").status()).isEqualTo(404);
    String tags = "{\"tags\":{\"team\":\"checkout\"}}";
    assertThat(as("checkout", "PATCH", path, tags).status()).isEqualTo(403);

    assertThat(as("desk", "PATCH", path, tags).status()).isEqualTo(200);

    assertThat(as("desk", "GET", path, "").text("/tags/team")).isEqualTo("checkout");
    assertThat(as("checkout", "GET", path, "").status()).isEqualTo(404);
    assertThat(as("nightly", "GET", path, "").status()).isEqualTo(200);
  }

  @Test
  void onlyATenantsOwnDevicesAreReservedAndCounted() {
    ApiClient.Reply refused = as("checkout", "POST", "/api/runs", RUN.formatted("android_tv"));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text("/error/message")).contains("matched 0 eligible devices");
    String available = "/api/availability?platform_id=android_tv";
    assertThat(as("checkout", "GET", available, "").body().path("matched").asInt()).isZero();
    assertThat(as("nightly", "GET", available, "").body().path("matched").asInt()).isOne();
    assertThat(as("checkout", "GET", "/api/grid/status", "").body().path("devices").asInt())
        .isEqualTo(4);
  }

  @Test
  void theRunOfAnotherTenantOnASharedDeviceHasNoName() {
    String run = reserve("everything", "android_tv");
    String path = "/api/devices/" + phone("10.0.0.8:5555").id();

    ApiClient.Reply own = as("everything", "GET", path, "");
    ApiClient.Reply foreign = as("nightly", "GET", path, "");

    assertThat(own.text("/reservation/run_id")).isEqualTo(run);
    assertThat(foreign.body().path("is_reserved").asBoolean()).isTrue();
    assertThat(foreign.body().path("reservation").isNull()).isTrue();
    assertThat(foreign.body().toString()).doesNotContain("secret name", run);
    String explain = "/api/selector/explain?selector=&run=";
    assertThat(as("nightly", "GET", explain + run, "").body())
        .isEqualTo(
            as("nightly", "GET", explain + "00000000-0000-4000-8000-000000000000", "").body());
  }

  @Test
  void testDataOfADeviceThatAnotherTenantUsesIsNotWritten() {
    String path = "/api/devices/" + phone("10.0.0.8:5555").id() + "/test_data";
    String run = reserve("everything", "android_tv");

    assertThat(as("nightly", "PUT", path, "{\"a\":1}").status()).isEqualTo(403);
    assertThat(as("everything", "PUT", path, "{\"a\":2}").status()).isEqualTo(200);

    as("everything", "POST", "/api/runs/" + run + "/complete", "");
    assertThat(as("nightly", "PATCH", path, "{\"a\":1}").status()).isEqualTo(200);
  }

  @Test
  void viewersCannotReadFieldsThatMayHoldPasswords() {
    lab.lab.add("pw", "Android", Map.of("device_config", Map.of("password", "h1dden")));
    String session =
        "{\"session_id\":\"s-9\",\"status\":\"error\",\"requested_capabilities\":{\"pw\":\"h1dden\"}}";
    as("nightly", "POST", "/api/sessions", session);
    String path = "/api/devices/" + phone("pw").id();
    for (String target : List.of("/api/devices", path, "/api/sessions", "/api/sessions/s-9")) {
      ApiClient.Reply read = as("wall", "GET", target, "");
      assertThat(read.status()).as(target).isEqualTo(200);
      assertThat(read.body().toString()).as(target).doesNotContain("h1dden");
      assertThat(as("nightly", "GET", target, "").body().toString()).as(target).contains("h1dden");
    }
    assertThat(as("wall", "GET", path + "/config", "").status()).isEqualTo(403);
    String found = "/api/devices?limit=5&selector=device_config.password:h*";
    assertThat(as("nightly", "GET", found, "").body().path("total").asInt()).isEqualTo(1);
    assertThat(as("wall", "GET", found, "").body().path("total").asInt()).isZero();
  }

  @Test
  void sessionsAreListedByTheirTenantWithinTheReachOfTheCaller() {
    as("nightly", "POST", "/api/sessions", "{\"session_id\":\"s-1\",\"test_name\":\"theirs\"}");
    as("checkout", "POST", "/api/sessions", "{\"session_id\":\"s-2\",\"test_name\":\"mine\"}");

    assertThat(listed("checkout", "")).containsExactly("s-2");
    assertThat(listed("checkout", "?tenant=checkout")).containsExactly("s-2");
    assertThat(listed("checkout", "?tenant=nightly")).isEmpty();
    assertThat(listed("checkout", "?test=theirs")).isEmpty();
    for (String everywhere : List.of("desk", "wall")) {
      assertThat(listed(everywhere, "?tenant=")).containsExactlyInAnyOrder("s-1", "s-2");
      assertThat(listed(everywhere, "?tenant=nightly")).containsExactly("s-1");
      assertThat(listed(everywhere, "?tenant=nobody")).isEmpty();
    }
    assertThat(as("desk", "GET", "/api/sessions/s-1", "").text("/tenant")).isEqualTo("nightly");
  }

  private List<String> listed(String tenant, String query) {
    ApiClient.Reply page = as(tenant, "GET", "/api/sessions" + query, "");
    assertThat(page.status()).isEqualTo(200);
    List<String> ids = page.body().path("items").findValuesAsText("session_id");
    assertThat(page.body().path("total").asInt()).isEqualTo(ids.size());
    return ids;
  }

  @Test
  void aReportOnAnotherTenantsSessionIsSeparate() {
    as("checkout", "POST", "/api/sessions", "{\"session_id\":\"s-1\",\"test_name\":\"theirs\"}");

    ApiClient.Reply registered =
        as("nightly", "POST", "/api/sessions", "{\"session_id\":\"s-1\",\"test_name\":\"mine\"}");
    as("nightly", "PATCH", "/api/sessions/s-1/status", "{\"status\":\"failed\"}");

    assertThat(registered.text("/test_name")).isEqualTo("mine");
    assertThat(as("nightly", "GET", "/api/sessions/s-1", "").text("/status")).isEqualTo("failed");
    ApiClient.Reply theirs = as("checkout", "GET", "/api/sessions/s-1", "");
    assertThat(theirs.text("/test_name")).isEqualTo("theirs");
    assertThat(theirs.text("/status")).isEqualTo("running");
    JsonNode list = as("nightly", "GET", "/api/sessions", "").body();
    assertThat(list.path("total").asInt()).isOne();
    assertThat(list.at("/items/0/session_id").asText()).isEqualTo("s-1");
    assertThat(list.at("/items/0/test_name").asText()).isEqualTo("mine");
  }

  @Test
  void theFeedSendsATenantItsOwnEvents() {
    List<String> checkout = listen("checkout");
    List<String> wall = listen("wall");

    reserve("nightly", "android_tv");
    String own = reserve("checkout", "android_mobile");
    lab.events.publish("device.avoided", Map.of("device_id", phone("10.0.0.8:5555").id().value()));
    lab.events.publish("device.avoided", Map.of("device_id", phone("phone-1").id().value()));

    assertThat(checkout).hasSize(2);
    assertThat(checkout.get(0)).contains("run.created", own);
    assertThat(checkout.get(1)).contains("device.avoided", phone("phone-1").id().value());
    assertThat(wall).hasSize(4);
  }

  private List<String> listen(String tenant) {
    ApiRequest request =
        new ApiRequest("GET", "/api/events", "", Map.of("Authorization", tenant), new byte[0]);
    ApiAnswer.Stream stream =
        (ApiAnswer.Stream) lab.api.handle(request).toCompletableFuture().join();
    List<String> received = new ArrayList<>();
    stream
        .source()
        .open(
            bytes -> {
              String text = new String(bytes, StandardCharsets.UTF_8);
              return text.startsWith(":") || received.add(text);
            });
    return received;
  }

  @Test
  void aRunStaysItsTenantsAfterAnOperatorChangedIt() {
    String run = reserve("checkout", "android_mobile");
    lab.clock.pass(Duration.ofSeconds(1));
    assertThat(as("desk", "POST", "/api/runs/" + run + "/active", "").status()).isEqualTo(200);
    assertThat(as("checkout", "GET", "/api/runs", "").body().path("total").asInt()).isOne();
    assertThat(as("nightly", "GET", "/api/runs", "").body().path("total").asInt()).isZero();
    assertThat(as("wall", "GET", "/api/runs", "").body().path("total").asInt()).isOne();
    assertThat(as("desk", "POST", "/api/runs/" + run + "/cancel", "").status()).isEqualTo(200);
  }
}
