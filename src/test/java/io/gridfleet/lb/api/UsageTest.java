package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** {@code GET /api/usage}, of one session, one minute of maintenance and ten waits. */
final class UsageTest {
  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);

  private static String range(String from, String to) {
    return "/api/usage?from=" + from + "&to=" + to;
  }

  @Test
  void aSessionIsSpreadOverItsHours() {
    JsonNode hours =
        client
            .get(range("2026-05-01T10:30:00Z", "2026-05-01T12:15:00Z") + "&platform=android")
            .body()
            .path("hours");

    assertThat(hours).hasSize(3);
    assertThat(hours.findValuesAsText("busy_sec")).containsExactly("1800", "3600", "900");
    assertThat(hours.at("/0/at").asText()).isEqualTo("2026-05-01T10:00:00.000000Z");
    long devices = hours.at("/1/capacity_sec").asLong() / 3600;
    assertThat(hours.at("/0/capacity_sec").asLong()).isEqualTo(devices * 1800 - 60);
    assertThat(hours.at("/0/waits/p50_ms").asLong()).isEqualTo(5_000);
    assertThat(hours.at("/0/waits/p90_ms").asLong()).isEqualTo(9_000);
    assertThat(hours.at("/1/waits/count").asInt()).isZero();
  }

  @Test
  void platformsAreTheSumOfTheirHours() {
    JsonNode body = client.get(range("2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z")).body();

    JsonNode android = body.at("/platforms/0");

    assertThat(android.path("busy_sec").asLong()).isEqualTo(7_200);
    assertThat(android.path("sessions").asInt()).isEqualTo(1);
    assertThat(android.at("/waits/count").asInt()).isEqualTo(10);
  }

  @Test
  void theRangeIsBounded() {
    assertThat(client.get(range("2026-03-01T10:00:00Z", "2026-05-01T12:00:00Z")).status())
        .isEqualTo(422);
    assertThat(client.get(range("2026-05-01T12:00:00Z", "2026-05-01T10:00:00Z")).status())
        .isEqualTo(422);
  }

  @Test
  void whatTookLongIsSummedUpOnceForAllWhoAsk() {
    String target = range("2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z");
    ApiRequest request =
        new ApiRequest(
            "GET", "/api/usage", target.substring("/api/usage?".length()), Map.of(), new byte[0]);
    CompletableFuture<Void> store = new CompletableFuture<>();
    lab.usage.store = store;
    CompletionStage<ApiAnswer> first = lab.api.handle(request);
    CompletionStage<ApiAnswer> second = lab.api.handle(request);
    lab.clock.pass(Duration.ofSeconds(1));
    assertThat(first.toCompletableFuture()).isNotDone();
    store.complete(null);
    assertThat(first.toCompletableFuture()).isCompleted();
    assertThat(second.toCompletableFuture()).isCompleted();
    lab.clock.pass(Duration.ofSeconds(15));
    assertThat(client.get(target).status()).isEqualTo(200);
    assertThat(lab.usage.reads).hasValue(1);
    client.get(target + "&platform=ios");
    assertThat(lab.usage.reads).hasValue(2);
    lab.clock.pass(Duration.ofSeconds(10));
    client.get(target);
    assertThat(lab.usage.reads).hasValue(3);
  }

  @Test
  void afterAFailureItIsTriedAgain() {
    String target = range("2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z");
    lab.usage.store = CompletableFuture.failedFuture(new IllegalStateException("down"));
    assertThat(client.call("GET", target, "", Map.of()).status()).isEqualTo(500);
    lab.usage.store = CompletableFuture.completedFuture(null);
    assertThat(client.get(target).status()).isEqualTo(200);
  }
}
