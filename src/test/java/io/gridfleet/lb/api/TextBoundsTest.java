package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.session.TextBound;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each text that a client chooses is rejected or cut beyond its bound, and no error repeats it. */
final class TextBoundsTest {
  private static final int HUGE = 1_000_000;
  private static final String REQUIREMENT =
      "{\"pack_id\":\"appium-uiautomator2\",\"platform_id\":\"android_mobile\",\"count\":1%s}";

  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";
  private static final String RUN = "/api/runs/" + UNKNOWN;

  private final ApiLab lab = new ApiLab(RunLab.withLegacyClaims(), ApiAccess.open()).furnish();
  private final ApiClient client = new ApiClient(lab);

  private static String run(String name, String requirement, String more) {
    return "{\"name\":\"%s\",\"requirements\":[%s]%s}"
        .formatted(name, REQUIREMENT.formatted(requirement), more);
  }

  static Stream<Arguments> refused() {
    String huge = "x".repeat(HUGE);
    return Stream.of(
        Arguments.of("run name", "POST", "/api/runs", run(huge, "", "")),
        Arguments.of(
            "created_by", "POST", "/api/runs", run("n", "", ",\"created_by\":\"" + huge + "\"")),
        Arguments.of(
            "os_version", "POST", "/api/runs", run("n", ",\"os_version\":\"" + huge + "\"", "")),
        Arguments.of(
            "tags", "POST", "/api/runs", run("n", ",\"tags\":{\"a\":\"" + huge + "\"}", "")),
        Arguments.of("groups", "POST", "/api/runs", run("n", ",\"groups\":[\"" + huge + "\"]", "")),
        Arguments.of("reason", "POST", "{device}/maintenance", "{\"reason\":\"" + huge + "\"}"),
        Arguments.of("operator", "POST", "{device}/lock", "{\"operator\":\"" + huge + "\"}"),
        Arguments.of("tag's value", "PATCH", "{device}", "{\"tags\":{\"a\":\"" + huge + "\"}}"),
        Arguments.of(
            "tag's name",
            "PATCH",
            "{device}",
            "{\"tags\":{\"" + huge.substring(0, 40_000) + "\":\"a\"}}"),
        Arguments.of(
            "pack_id", "POST", "/api/runs", run("n", "", "").replace("appium-uiautomator2", huge)),
        Arguments.of("worker_id", "POST", RUN + "/claim", "{\"worker_id\":\"" + huge + "\"}"),
        Arguments.of(
            "released worker_id",
            "POST",
            RUN + "/release",
            "{\"device_id\":\"" + UNKNOWN + "\",\"worker_id\":\"" + huge + "\"}"),
        Arguments.of(
            "cooldown reason",
            "POST",
            RUN + "/devices/" + UNKNOWN + "/cooldown",
            "{\"ttl_seconds\":1,\"reason\":\"" + huge + "\"}"),
        Arguments.of(
            "cooldown reason of a worker",
            "POST",
            RUN + "/devices/" + UNKNOWN + "/release-with-cooldown",
            "{\"ttl_seconds\":1,\"worker_id\":\"w\",\"reason\":\"" + huge + "\"}"),
        Arguments.of(
            "connection_target",
            "POST",
            "/api/sessions",
            "{\"session_id\":\"s\",\"connection_target\":\"" + huge + "\"}"),
        Arguments.of(
            "requested_pack_id",
            "POST",
            "/api/sessions",
            "{\"session_id\":\"s\",\"requested_pack_id\":\"" + huge + "\"}"),
        Arguments.of(
            "requested_capabilities",
            "POST",
            "/api/sessions",
            "{\"session_id\":\"s\",\"requested_capabilities\":{\"a\":\"" + huge + "\"}}"),
        Arguments.of("session_id", "POST", "/api/sessions", "{\"session_id\":\"" + huge + "\"}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatIsTooLongIsRefused(String field, String method, String target, String body) {
    String device = client.get("/api/devices").body().findValue("id").asText();

    ApiClient.Reply reply =
        client.exchange(method, target.replace("{device}", "/api/devices/" + device), body);

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.body().toString()).contains("at most").hasSizeLessThan(10_000);
  }

  @Test
  void tooManyTagsAreRefused() {
    String device = client.get("/api/devices").body().findValue("id").asText();
    StringBuilder tags = new StringBuilder("{\"tags\":{\"first\":\"a\"");
    for (int i = 0; i < TextBound.MAX_TAGS; i++) {
      tags.append(",\"t").append(i).append("\":\"a\"");
    }

    ApiClient.Reply reply =
        client.exchange("PATCH", "/api/devices/" + device, tags.append("}}").toString());

    assertThat(reply.status()).isEqualTo(422);
  }

  @Test
  void whatInformsPeopleIsCut() {
    String huge = "x".repeat(HUGE);
    ApiClient.Reply reply =
        client.post(
            "/api/sessions",
            ("{\"session_id\":\"error-1\",\"status\":\"error\",\"test_name\":\"%1$s\","
                    + "\"error_type\":\"%1$s\",\"error_message\":\"%1$s\"}")
                .formatted(huge));

    assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
    assertThat(reply.text("/test_name")).hasSize(TextBound.TEST_NAME.longest()).endsWith("\u2026");
    assertThat(reply.text("/error_type")).hasSize(TextBound.ERROR_TYPE.longest());
    assertThat(reply.text("/error_message")).hasSize(TextBound.ERROR_MESSAGE.longest());
  }

  @Test
  void whyAPreparationFailedIsCut() {
    String run = "/api/runs/" + client.post("/api/runs", run("n", "", "")).text("/id");
    String device = client.get(run).text("/reserved_devices/0/device_id");
    String path = run + "/devices/" + device;

    ApiClient.Reply failed =
        client.post(path + "/preparation-failed", "{\"message\":\"" + "x".repeat(HUGE) + "\"}");

    assertThat(failed.status()).as(failed.body().toString()).isEqualTo(200);
    String read = client.get(run).body().toString();
    assertThat(read).contains("\u2026").hasSizeLessThan(10_000);
  }

  @Test
  void aPageHoldsWhatIsAskedForAndCountsAll() {
    for (int i = 0; i < 5; i++) {
      client.post(
          "/api/sessions", "{\"session_id\":\"error-%d\",\"status\":\"error\"}".formatted(i));
    }

    ApiClient.Reply reply = client.get("/api/sessions?limit=2&offset=2");

    assertThat(reply.body().path("items")).hasSize(2);
    assertThat(reply.body().path("total").asInt()).isGreaterThanOrEqualTo(5);
  }
}
