package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Role;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Behaviour beyond the golden files: authentication, paths, time, the event feed. */
final class ApiTest {
  private static final String RUN =
      """
      {"name":"n","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":%d}],"ttl_minutes":%d,"heartbeat_timeout_sec":60}""";

  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);

  @Test
  void withoutCredentialsOnlyHealthIsOpen() {
    ApiLab closed =
        new ApiLab(
                ConfigLoader.defaults(RunConfig.class),
                header ->
                    header.filter("Basic bGFiOnNlY3JldA=="::equals).map(it -> Tenant.anonymous()))
            .furnish();
    ApiClient stranger = new ApiClient(closed);

    ApiClient.Reply refused = stranger.call("GET", "/api/devices", "", Map.of());

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.text("/error/code")).isEqualTo("UNAUTHORIZED");
    assertThat(refused.headers()).doesNotContainKey("WWW-Authenticate");
    Map<String, String> basic = Map.of("Authorization", "Basic bGFiOnNlY3JldA==");
    assertThat(stranger.call("GET", "/api/devices", "", basic).status()).isEqualTo(200);
    for (String open : List.of("/health/live", "/health/ready", "/api/health")) {
      assertThat(stranger.call("GET", open, "", Map.of()).status()).isEqualTo(200);
    }
  }

  @Test
  void aTokenIsAcceptedAsBearerOrAsPassword() {
    Tenant ci =
        new Tenant("ci", Role.SUITE, Selector.everything(), OptionalInt.empty(), 0, 0, true);
    ApiAccess access =
        ApiAccess.of(
            credentials -> {
              if (credentials.secret().equals(Optional.of("secret"))) {
                return ci;
              }
              throw ProtocolException.invalidArgument("Unauthorized");
            });

    assertThat(access.caller(Optional.of("Bearer secret"))).isPresent();
    assertThat(access.caller(Optional.of(basic("ci:secret")))).isPresent();
    assertThat(access.caller(Optional.of(basic("someone:secret")))).isEmpty();
    assertThat(access.caller(Optional.of(basic("ci:wrong")))).isEmpty();
    assertThat(access.caller(Optional.empty())).isEmpty();
    assertThat(ApiAccess.of(Admission.open()).caller(Optional.of(basic("a:b")))).isPresent();
  }

  private static String basic(String pair) {
    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  @Test
  void theRequestIdIsEchoedOrGenerated() {
    Map<String, String> header = Map.of("X-Request-ID", "ci-17");
    ApiClient.Reply reply = client.call("GET", "/api/runs/x", "", header);

    assertThat(reply.headers()).containsEntry("X-Request-ID", "ci-17");
    assertThat(reply.text("/error/request_id")).isEqualTo("ci-17");
    Map<String, String> bad = Map.of("X-Request-ID", "a\r\nSet-Cookie: b");
    assertThat(client.call("GET", "/api/runs/x", "", bad).headers().get("X-Request-ID"))
        .hasSize(36);
  }

  @Test
  void aTargetMayContainSlashesAndPercents() {
    Device device = lab.lab.add("tv/1 %2F+x", "Android", Map.of());

    ApiClient.Reply reply = client.get("/api/devices/by-connection-target/tv%2F1%20%252F%2Bx");

    assertThat(reply.text("/id")).isEqualTo(device.id().value());
    String broken = "/api/devices/by-connection-target/tv%2";
    assertThat(client.call("GET", broken, "", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void aGroupWithoutDevicesIsRejected() {
    lab.lab.add("tv", "Android", Map.of("groups", List.of("lounge")));
    assertThat(client.get("/api/devices?group=lounge").body()).hasSize(1);

    ApiClient.Reply list = client.get("/api/devices?group=zoo&group=lounge&group=attic");
    assertThat(list.status()).isEqualTo(422);
    assertThat(list.text("/error/code")).isEqualTo("VALIDATION_ERROR");
    assertThat(list.text("/error/message")).isEqualTo("unknown device groups: attic, zoo");
    ApiClient.Reply run =
        client.post(
            "/api/runs",
            RUN.formatted(1, 60).replace("\"count\"", "\"groups\":[\"zoo\"],\"count\""));
    assertThat(run.status()).isEqualTo(422);
    assertThat(run.text("/error/message")).isEqualTo("unknown device groups: zoo");
    assertThat(client.get("/api/runs").body().path("total").asInt()).isZero();
  }

  @Test
  void listsAcceptKnownStatesOnly() {
    for (String state :
        List.of("pending", "preparing", "active", "completed", "failed", "expired", "cancelled")) {
      assertThat(client.get("/api/runs?state=" + state).status()).as(state).isEqualTo(200);
    }
    for (String wrong :
        List.of(
            "/api/runs?state=completing",
            "/api/runs?state=",
            "/api/devices?status=gone",
            "/api/sessions?status=finished",
            "/api/sessions?end_reason=OPERATOR")) {
      ApiClient.Reply refused = client.get(wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(422);
      assertThat(refused.text("/error/details/0/type")).isEqualTo("literal_error");
    }
    ApiClient.Reply pending = client.get("/api/sessions?status=pending");
    assertThat(pending.status()).isEqualTo(200);
    assertThat(pending.body().path("items")).isEmpty();
  }

  @Test
  void maintenanceNeedsAnObjectAndAnUnreservedDevice() {
    String path = "/api/devices/" + lab.lab.all().get(0).device().id() + "/maintenance";
    ApiClient.Reply none = client.post(path);
    assertThat(none.status()).isEqualTo(422);
    assertThat(none.text("/error/details/0/type")).isEqualTo("missing");
    assertThat(client.post(path, "[]").status()).isEqualTo(422);
    assertThat(client.post(path, "{\"until\":1}").status()).isEqualTo(200);
    assertThat(client.post(path + "/exit").status()).isEqualTo(200);

    String run = client.begin("/api/runs", RUN.formatted(1, 60), "run");
    String held = client.get("/api/runs/" + run).text("/devices/0/device_id");
    ApiClient.Reply conflict = client.post("/api/devices/" + held + "/maintenance", "{}");
    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.text("/error/message")).startsWith("Device is reserved by an active run");
    client.post("/api/runs/" + run + "/cancel");
    assertThat(client.post("/api/devices/" + held + "/maintenance", "{}").status()).isEqualTo(200);
  }

  @Test
  void aBodyWithAnotherContentTypeIsInvalid() {
    String run = RUN.formatted(1, 60);
    for (String type : List.of("application/xml", "application/octet-stream")) {
      ApiClient.Reply refused = client.call("POST", "/api/runs", run, Map.of("Content-Type", type));
      assertThat(refused.status()).as(type).isEqualTo(422);
      assertThat(refused.text("/error/details/0/loc/0")).isEqualTo("body");
    }
    String data = "/api/devices/" + lab.lab.all().get(0).device().id() + "/test_data";
    Map<String, String> xml = Map.of("Content-Type", "application/xml");
    assertThat(client.call("PUT", data, "{}", xml).status()).isEqualTo(422);
    for (String type : List.of("application/json; charset=utf-8", "application/vnd.x+json")) {
      assertThat(client.call("POST", "/api/runs", run, Map.of("Content-Type", type)).status())
          .as(type)
          .isEqualTo(201);
    }
  }

  @Test
  void nothingIsEverRedirected() {
    assertThat(client.get("/api/devices/").status()).isEqualTo(200);
    assertThat(client.call("GET", "/api", "", Map.of()).status()).isEqualTo(404);
    assertThat(Api.owns("/api/devices")).isTrue();
    assertThat(Api.owns("/apix")).isFalse();
    assertThat(Api.owns("/session")).isFalse();
  }

  @Test
  void aRunWithoutHeartbeatsExpiresAndItsSessionsEnd() {
    String run = client.begin("/api/runs", RUN.formatted(2, 60), "run");
    lab.begin("s-1", lab.lab.all().get(0).device(), RunId.parse(run));
    lab.clock.pass(Duration.ofSeconds(50));
    client.post("/api/runs/" + run + "/heartbeat");
    lab.clock.pass(Duration.ofSeconds(50));
    lab.commands.expireOverdue().toCompletableFuture().join();
    assertThat(client.get("/api/runs/" + run).text("/state")).isEqualTo("preparing");

    lab.clock.pass(Duration.ofSeconds(11));
    lab.commands.expireOverdue().toCompletableFuture().join();

    JsonNode read = client.get("/api/runs/" + run).body();
    assertThat(read.path("state").asText()).isEqualTo("expired");
    assertThat(read.path("error").asText()).containsIgnoringCase("heartbeat timeout");
    assertThat(client.post("/api/runs/" + run + "/heartbeat").text("/state")).isEqualTo("expired");
    assertThat(client.get("/api/sessions/s-1").text("/error_type")).isEqualTo("run_released");
    assertThat(client.get("/api/devices?status=available&platform_id=android_mobile").body())
        .hasSize(3);
  }

  @Test
  void heartbeatsDoNotProlongARun() {
    String run = client.begin("/api/runs", RUN.formatted(1, 2), "run");
    for (int i = 0; i < 3; i++) {
      lab.clock.pass(Duration.ofSeconds(41));
      client.post("/api/runs/" + run + "/heartbeat");
      lab.commands.expireOverdue().toCompletableFuture().join();
    }
    JsonNode read = client.get("/api/runs/" + run).body();
    assertThat(read.path("state").asText()).isEqualTo("expired");
    assertThat(read.path("error").asText()).contains("TTL");
  }

  @Test
  void aRunWithoutRequirementsHasNoDevices() {
    String run = client.begin("/api/runs", "{\"name\":\"n\",\"requirements\":[]}", "run");
    JsonNode read = client.get("/api/runs/" + run).body();
    assertThat(read.path("reserved_devices").isNull()).isTrue();
    assertThat(read.path("devices")).isEmpty();
    assertThat(read.path("heartbeat_timeout_sec").asInt()).isEqualTo(120);
  }

  @Test
  void aNewRunDoesNotShiftPages() {
    String empty = "{\"name\":\"n\",\"requirements\":[]}";
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lab.clock.pass(Duration.ofSeconds(1));
      newestFirst.add(0, client.begin("/api/runs", empty, "r"));
    }
    List<String> seen = new ArrayList<>();
    String pages = "/api/runs?limit=2&cursor=";
    JsonNode page = client.get("/api/runs?limit=2").body();
    assertThat(page.path("prev_cursor").isNull()).isTrue();
    for (; ; page = client.get(pages + page.path("next_cursor").asText()).body()) {
      page.path("items").forEach(item -> seen.add(item.path("id").asText()));
      if (page.path("next_cursor").isNull()) {
        break;
      }
      lab.clock.pass(Duration.ofSeconds(1));
      client.begin("/api/runs", empty, "later");
    }
    assertThat(seen).isEqualTo(newestFirst);

    String back = page.path("prev_cursor").asText();
    ApiClient.Reply before = client.get(pages + back + "&direction=newer");
    assertThat(before.text("/items/0/id")).isEqualTo(newestFirst.get(2));
    assertThat(before.body().path("prev_cursor").isTextual()).isTrue();
    for (String wrong : List.of("x", "eA", back + "&sort_by=name")) {
      assertThat(client.get(pages + wrong).status()).isEqualTo(422);
    }
  }

  @Test
  void aDeviceServesItsRunAgainAfterItsCooldown() {
    String run = client.begin("/api/runs", RUN.formatted(1, 60), "run");
    String device = lab.lab.all().get(0).device().id().value();
    client.post(
        "/api/runs/" + run + "/devices/" + device + "/cooldown",
        "{\"reason\":\"flaky\",\"ttl_seconds\":30}");
    assertThat(client.get("/api/devices/" + device).text("/reservation/excluded"))
        .isEqualTo("true");

    lab.clock.pass(Duration.ofSeconds(30));

    JsonNode reservation = client.get("/api/devices/" + device).body().path("reservation");
    assertThat(reservation.path("excluded").booleanValue()).isFalse();
    assertThat(reservation.path("cooldown_count").intValue()).isEqualTo(1);
    assertThat(reservation.path("run_id").asText()).isEqualTo(run);
  }

  @Test
  void allTagsAndGroupsMustMatch() {
    String body =
        """
        {"name":"n","requirements":[{"pack_id":"appium-uiautomator2",\
        "platform_id":"android_mobile","allocation":"all_available","tags":{"bench":"b2",\
        "team":"checkout"}}]}""";
    ApiClient.Reply reply = client.post("/api/runs", body);
    assertThat(reply.body().path("devices")).hasSize(1);
    assertThat(reply.text("/devices/0/name")).isEqualTo("Bench phone-2");
    assertThat(client.post("/api/runs", body).status()).isEqualTo(409);
  }

  @Test
  void aSessionWithoutDeviceIsFoundByItsId() {
    String run = client.begin("/api/runs", RUN.formatted(1, 60), "run");
    lab.begin("s-1", lab.lab.all().get(0).device(), RunId.parse(run));

    client.post("/api/sessions", "{\"session_id\":\"s-1\",\"test_name\":\"test_x\"}");

    JsonNode row = client.get("/api/sessions/s-1").body();
    assertThat(row.path("run_id").asText()).isEqualTo(run);
    assertThat(row.path("device_name").asText()).isEqualTo("Bench phone-1");
    assertThat(client.get("/api/runs/" + run).text("/state")).isEqualTo("active");
  }

  @Test
  void sessionsAreListedByTestAndByHowTheyEnded() {
    Device phone = lab.lab.all().get(0).device();
    for (EndReason reason : EndReason.values()) {
      lab.begin("s-" + reason.code(), phone, Optional.empty());
      lab.end("s-" + reason.code(), reason);
    }
    client.post("/api/sessions", "{\"session_id\":\"s-idle\",\"test_name\":\"test_x\"}");
    client.post("/api/sessions", "{\"session_id\":\"s-live\",\"test_name\":\"test_x\"}");

    for (EndReason reason : EndReason.values()) {
      JsonNode page = client.get("/api/sessions?end_reason=" + reason.code()).body();
      assertThat(page.findValuesAsText("session_id")).containsExactly("s-" + reason.code());
      assertThat(page.at("/items/0/end_reason").asText()).isEqualTo(reason.code());
    }
    assertThat(client.get("/api/sessions?test=test_x").body().findValuesAsText("session_id"))
        .containsExactlyInAnyOrder("s-idle", "s-live");
    assertThat(client.get("/api/sessions?test=test_").body().path("total").asInt()).isZero();
    JsonNode both = client.get("/api/sessions?test=test_x&end_reason=idle").body();
    assertThat(both.findValuesAsText("session_id")).containsExactly("s-idle");
    assertThat(client.get("/api/sessions/s-live").body().path("end_reason").isNull()).isTrue();
  }

  @Test
  void aSessionWithoutReportedOutcomeIsAnErrorAfterTheGracePeriod() {
    lab.begin("s-1", lab.lab.all().get(0).device(), Optional.empty());
    client.post("/api/sessions", "{\"session_id\":\"s-1\",\"connection_target\":\"phone-1\"}");
    lab.end("s-1", EndReason.CLIENT_DELETED);
    client.post("/api/sessions/s-1/finished");
    assertThat(client.get("/api/sessions/s-1").text("/status")).isEqualTo("running");

    lab.clock.pass(Duration.ofSeconds(61));

    assertThat(client.get("/api/sessions/s-1").text("/status")).isEqualTo("error");
    client.exchange("PATCH", "/api/sessions/s-1/status", "{\"status\":\"passed\"}");
    assertThat(client.get("/api/sessions/s-1").text("/status")).isEqualTo("passed");
  }

  @Test
  void tooLargeBodiesAreRejected() {
    String path = "/api/devices/" + lab.lab.all().get(0).device().id() + "/test_data";
    String large = "{\"a\":\"" + "x".repeat(65_536) + "\"}";
    assertThat(client.exchange("PUT", path, large).status()).isEqualTo(422);
    String capabilities =
        "{\"session_id\":\"s\",\"requested_capabilities\":" + large.substring(0, 40_000) + "\"}}";
    assertThat(client.post("/api/sessions", capabilities).status()).isEqualTo(422);
    assertThat(client.exchange("PUT", path, "[".repeat(5000)).status()).isEqualTo(422);
  }

  @Test
  void theFeedSendsNewAndMissedEvents() {
    List<String> first = new ArrayList<>();
    ApiAnswer.Subscription open = listen(Map.of(), first);
    String run = client.begin("/api/runs", RUN.formatted(1, 60), "run");
    client.post("/api/runs/" + run + "/ready");
    open.close();
    client.post("/api/runs/" + run + "/complete");

    assertThat(first).hasSize(3);
    assertThat(first.get(0)).startsWith(":");
    assertThat(first.get(1)).contains("id: lab-1\n", "event: run.created\n", "\"run_id\":\"" + run);
    assertThat(first.get(2)).contains("event: run.active\n").endsWith("\n\n");
    List<String> second = new ArrayList<>();
    listen(Map.of("Last-Event-ID", "lab-2"), second).close();
    assertThat(second).hasSize(2);
    assertThat(second.get(1)).contains("event: run.completed\n");
    List<String> stranger = new ArrayList<>();
    listen(Map.of("Last-Event-ID", "a replica that is gone-7"), stranger).close();
    assertThat(stranger).as("all buffered events").hasSize(4);
  }

  private ApiAnswer.Subscription listen(Map<String, String> headers, List<String> received) {
    ApiAnswer answer =
        lab.api
            .handle(new ApiRequest("GET", "/api/events", "", headers, new byte[0]))
            .toCompletableFuture()
            .join();
    assertThat(answer.headers()).containsEntry("Content-Type", "text/event-stream");
    return ((ApiAnswer.Stream) answer)
        .source()
        .open(bytes -> received.add(new String(bytes, StandardCharsets.UTF_8)));
  }
}
