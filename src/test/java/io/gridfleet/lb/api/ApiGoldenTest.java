package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.session.EndReason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The API's contract as golden pairs of requests and answers. */
final class ApiGoldenTest {
  private static final String PHONES =
      """
      {"name":"nightly","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":%d}],"ttl_minutes":60,\
      "heartbeat_timeout_sec":120,"created_by":null}""";

  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);

  private Device device(int index) {
    return lab.lab.all().get(index).device();
  }

  @Test
  void devicesAndWhatBelongsToThem() {
    String phone = device(0).id().value();
    client.get("/api/devices?platform_id=android_tv");
    client.get("/api/devices?tags.team=checkout&tags.bench=b2&status=available");
    client.get("/api/devices?search=BENCH+10.0&limit=2");
    client.get("/api/devices?status=lost&host_id=me&needs_attention=perhaps");
    client.get("/api/devices/by-connection-target/10.0.0.8%3A5555");
    client.get("/api/devices/by-connection-target/nobody");
    client.get("/api/devices/" + phone);
    client.get("/api/devices/7d3c2f6a-0000-4000-8000-000000000000");
    client.get("/api/devices/phone-1");
    client.get("/api/devices/" + device(3).id() + "/config");
    client.get("/api/devices/" + phone + "/config");
    client.get("/api/devices/" + device(4).id() + "/capabilities");
    client.get("/api/devices/" + phone + "/test_data");
    client.exchange("PUT", "/api/devices/" + phone + "/test_data", "{\"a\":{\"b\":1,\"c\":[1,2]}}");
    client.exchange(
        "PATCH", "/api/devices/" + phone + "/test_data", "{\"a\":{\"b\":null,\"c\":[3]},\"d\":4}");
    client.exchange("PUT", "/api/devices/" + phone + "/test_data", "[1]");
    client.exchange("PATCH", "/api/devices/" + phone, "{\"tags\":{\"team\":\"search\"}}");
    client.post("/api/devices/" + phone + "/maintenance", "{}");
    client.post("/api/devices/" + phone + "/maintenance/exit");
    client.post("/api/devices/" + phone + "/maintenance/exit");
    client.post("/api/devices/" + phone + "/lock", "{\"operator\":\"ines\"}");
    client.post("/api/devices/" + phone + "/lock");
    client.post("/api/devices/" + phone + "/unlock");
    client.post("/api/devices/" + phone + "/unlock");
    Golden.check("devices.txt", client.transcript());
  }

  @Test
  void theCatalog() {
    client.get("/api/driver-packs/catalog");
    Golden.check("catalog.txt", client.transcript());
  }

  @Test
  void aRunFromBeginningToEnd() {
    String run = client.begin("/api/runs?include=config%2Ctest_data", PHONES.formatted(2), "run");
    client.get("/api/runs/" + run);
    lab.clock.pass(Duration.ofSeconds(5));
    client.post("/api/runs/" + run + "/ready");
    client.post("/api/runs/" + run + "/active");
    client.post("/api/runs/" + run + "/ready");
    client.post("/api/runs/" + run + "/heartbeat");
    client.get("/api/devices/" + device(0).id());
    client.post("/api/runs/" + run + "/complete");
    client.post("/api/runs/" + run + "/complete");
    client.post("/api/runs/" + run + "/heartbeat");
    client.get("/api/runs?state=completed&limit=1");
    client.post("/api/runs/" + run + "/force-release");
    Golden.check("run.txt", client.transcript());
  }

  @Test
  void runsThatAreRefused() {
    client.post("/api/runs", PHONES.formatted(9));
    client.post("/api/runs", PHONES.formatted(1).replace(":60,", ":181,"));
    client.post("/api/runs?include=capabilities", PHONES.formatted(1));
    client.post("/api/runs?include=zebra,capabilities,apes", PHONES.formatted(1));
    client.post("/api/runs", PHONES.formatted(1).replace("android_mobile", "android_watch"));
    client.post("/api/runs", "{\"name\":7,\"extra\":1,\"ttl_minutes\":\"soon\"}");
    client.post(
        "/api/runs",
        """
        {"name":"x","requirements":[{"pack_id":"p","allocation":"all_available","count":1},\
        {"pack_id":"p","platform_id":"q","min_count":1},{"pack_id":"p","platform_id":"q","count":0}]}""");
    client.post("/api/runs", "{broken");
    client.post("/api/runs");
    String unknown = "7d3c2f6a-0000-4000-8000-000000000000";
    client.get("/api/runs/" + unknown);
    client.post("/api/runs/" + unknown + "/ready");
    client.post("/api/runs/" + unknown + "/cancel");
    client.post("/api/runs/" + unknown + "/heartbeat");
    client.post("/api/runs/" + unknown + "/force-release");
    client.get("/api/runs/nobody");
    Golden.check("refused.txt", client.transcript());
  }

  @Test
  void devicesThatFailInARun() {
    String run = client.begin("/api/runs", PHONES.formatted(3), "run");
    String path = "/api/runs/" + run + "/devices/" + device(0).id();
    client.post(path + "/cooldown", "{\"reason\":\"flaky\",\"ttl_seconds\":60}");
    lab.clock.pass(Duration.ofSeconds(20));
    client.get("/api/devices/" + device(0).id());
    client.post(path + "/cooldown", "{\"reason\":\"flaky\",\"ttl_seconds\":60}");
    client.post(path + "/cooldown", "{\"reason\":\"flaky\",\"ttl_seconds\":60}");
    client.post(path + "/cooldown", "{\"reason\":\"flaky\",\"ttl_seconds\":60}");
    client.post(path + "/cooldown", "{\"reason\":\"flaky\",\"ttl_seconds\":3601}");
    client.post(path + "/cooldown", "{\"reason\":\"\",\"ttl_seconds\":0,\"more\":1}");
    client.post(path + "/cooldown", "{\"reason\":\"  \",\"ttl_seconds\":1}");
    String other = "/api/runs/" + run + "/devices/" + device(1).id() + "/preparation-failed";
    client.post(other, "{\"message\":\" adb is stuck \",\"source\":\"ci_preparation\"}");
    client.post(other, "{\"message\":\"adb is stuck\",\"source\":\"ci_preparation\"}");
    client.post(other, "{\"message\":\"  \"}");
    client.get("/api/devices/" + device(1).id());
    String stranger = "/api/runs/" + run + "/devices/" + device(3).id();
    client.post(stranger + "/preparation-failed", "{\"message\":\"no\"}");
    client.post(stranger + "/cooldown", "{\"reason\":\"no\",\"ttl_seconds\":1}");
    String unknown = "7d3c2f6a-0000-4000-8000-000000000000";
    client.post(
        "/api/runs/" + run + "/devices/" + unknown + "/cooldown",
        "{\"reason\":\"no\",\"ttl_seconds\":1}");
    client.post(
        "/api/runs/" + unknown + "/devices/" + device(0).id() + "/cooldown",
        "{\"reason\":\"no\",\"ttl_seconds\":1}");
    client.post("/api/runs/" + run + "/cancel");
    client.get("/api/devices?status=maintenance");
    Golden.check("failures.txt", client.transcript());
  }

  @Test
  void sessionsInAnyOrder() {
    String run = client.begin("/api/runs", PHONES.formatted(1), "run");
    lab.begin("s-1", device(0), Optional.of(new RunId(run)));
    client.get("/api/sessions/s-1");
    client.post(
        "/api/sessions",
        """
        {"session_id":"s-1","test_name":"test_ok","device_id":null,"connection_target":"phone-1",\
        "status":"running","requested_pack_id":null,"requested_platform_id":"android_mobile",\
        "requested_device_type":null,"requested_connection_type":null,\
        "requested_capabilities":{"platformName":"Android"},"error_type":null,\
        "error_message":null,"run_id":null}""");
    client.get("/api/runs/" + run);
    lab.clock.pass(Duration.ofSeconds(3));
    lab.end("s-1", EndReason.CLIENT_DELETED);
    client.post("/api/sessions/s-1/finished");
    client.post("/api/sessions/s-1/finished");
    client.get("/api/sessions/s-1");
    client.exchange("PATCH", "/api/sessions/s-1/status", "{\"status\":\"failed\"}");
    client.exchange("PATCH", "/api/sessions/s-1/status", "{\"status\":\"skipped\"}");
    client.exchange("PATCH", "/api/sessions/unknown/status", "{\"status\":\"passed\"}");
    client.post("/api/sessions/unknown/finished");
    client.post(
        "/api/sessions",
        """
        {"session_id":"error-1","test_name":"test_bad","status":"error",\
        "requested_platform_id":"android_mobile","requested_capabilities":{"a":1},\
        "error_type":"SessionNotCreatedException","error_message":"no device"}""");
    client.post("/api/sessions", "{\"session_id\":\"s-2\",\"connection_target\":\"nobody\"}");
    client.post("/api/sessions", "{\"session_id\":\"s-3\",\"device_id\":\"x\",\"more\":1}");
    lab.begin("s-4", device(3), Optional.empty());
    lab.end("s-4", EndReason.CLIENT_DELETED);
    lab.begin("s-5", device(3), Optional.empty());
    lab.end("s-5", EndReason.IDLE);
    lab.begin("s-6", device(0), Optional.of(new RunId(run)));
    client.post("/api/runs/" + run + "/cancel");
    client.get("/api/sessions?run_id=" + run);
    client.get("/api/sessions?status=error&limit=2");
    client.get("/api/sessions?platform_id=android_tv");
    Golden.check("sessions.txt", client.transcript());
  }

  @Test
  void theServerItself() {
    client.get("/health/live");
    client.get("/health/ready");
    client.get("/api/health");
    client.get("/api/availability?platform_id=android_mobile&count=2");
    client.get("/api/availability");
    client.get("/api/grid/status");
    lab.waits("r-1", "anonymous");
    client.get("/api/queue");
    client.get("/api/grid/queue");
    client.exchange("DELETE", "/api/queue/r-1", "");
    client.exchange("DELETE", "/api/queue/r-1", "");
    client.get("/api/nothing");
    client.exchange("DELETE", "/api/devices", "");
    lab.healthy = false;
    client.get("/health/ready");
    client.get("/api/health");
    Golden.check("server.txt", client.transcript());
  }

  @Test
  void theClaimsOfOldSuites() {
    ApiLab old = new ApiLab(RunLab.withLegacyClaims(), ApiAccess.open()).furnish();
    ApiClient suite = new ApiClient(old);
    String run = suite.call("POST", "/api/runs", PHONES.formatted(2), Map.of()).text("/id");
    suite.name(run, "run");
    String first =
        suite.post("/api/runs/" + run + "/claim", "{\"worker_id\":\"gw0\"}").text("/device_id");
    String second =
        suite
            .post(
                "/api/runs/" + run + "/claim?include=config,capabilities",
                "{\"worker_id\":\"gw1\"}")
            .text("/device_id");
    assertThat(second).isNotEqualTo(first);
    suite.post("/api/runs/" + run + "/claim", "{\"worker_id\":\"gw2\"}");
    String giveBack = "{\"device_id\":\"%s\",\"worker_id\":\"gw0\"}";
    suite.post("/api/runs/" + run + "/release", giveBack.formatted(second));
    suite.post("/api/runs/" + run + "/release", giveBack.formatted(first));
    suite.post(
        "/api/runs/" + run + "/devices/" + second + "/release-with-cooldown",
        "{\"worker_id\":\"gw1\",\"reason\":\"flaky\",\"ttl_seconds\":120}");
    Golden.check("claims.txt", suite.transcript());
    assertThat(client.call("POST", "/api/runs/" + run + "/claim", "{}", Map.of()).status())
        .isEqualTo(404);
  }
}
