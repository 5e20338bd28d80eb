package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestRow.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code POST /api/usage/what-if}, of one request for a TV of which there is one. */
final class WhatIfRoutesTest {
  private static final Instant AT = Instant.parse("2026-05-01T10:00:00Z");
  private static final String TIME =
      ",\"from\":\"2026-05-01T09:00:00Z\",\"to\":\"2026-05-01T11:00:00Z\"}";

  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);

  private ApiClient.Reply ask(String members) {
    return client.post("/api/usage/what-if", "{" + members + TIME);
  }

  private void refused(String id) {
    lab.traffic.add(
        new RecordedTraffic.Request(
            id,
            AT,
            new RecordedTraffic.Owner("anonymous", Optional.empty()),
            "model:shield",
            new RecordedTraffic.Terms(0, Duration.ofSeconds(30)),
            new RecordedTraffic.Result(
                Outcome.REFUSED,
                Optional.of(AT.plusSeconds(30)),
                Optional.empty(),
                Optional.empty())));
  }

  @Test
  void anAnswerComparesTwoReplays() {
    refused("r-1");
    refused("r-2");

    JsonNode body = ask("\"selector\":\"model:shield\",\"add\":1").body();

    assertThat(body.path("requests").asInt()).isEqualTo(2);
    assertThat(body.at("/before/served").asInt()).isEqualTo(1);
    assertThat(body.at("/before/refused").asInt()).isEqualTo(1);
    assertThat(body.at("/after/served").asInt()).isEqualTo(2);
    assertThat(body.at("/after/p90_ms").asInt()).isZero();
    assertThat(body.at("/copied_device/name").asText()).isEqualTo("Bench 10.0.0.8:5555");
    assertThat(body.path("assumptions")).hasSizeGreaterThan(3);
    assertThat(body.path("from").asText()).isEqualTo("2026-05-01T09:00:00.000000Z");
  }

  @Test
  void nothingServedHasNoWaits() {
    refused("r-1");

    JsonNode body = ask("\"selector\":\"model:shield\",\"add\":-1").body();

    assertThat(body.at("/after/served").asInt()).isZero();
    assertThat(body.at("/after/p50_ms").isNull()).isTrue();
    assertThat(body.path("copied_device").isNull()).isTrue();
  }

  @Test
  void invalidQuestionsAreRefused() {
    assertThat(ask("\"add\":1").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"ios\",\"selector\":\"\",\"add\":1").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"ios\"").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"ios\",\"add\":1001").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"ios\",\"add\":-1001").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"ios\",\"add\":-2").status()).isEqualTo(422);
    assertThat(ask("\"platform\":\"tizen\",\"add\":1").status()).isEqualTo(422);
    assertThat(ask("\"selector\":\"model:(\",\"add\":1").status()).isEqualTo(400);
    assertThat(
            client
                .post(
                    "/api/usage/what-if",
                    "{\"platform\":\"ios\",\"add\":1,\"from\":\"2026-01-01T00:00:00Z\","
                        + "\"to\":\"2026-05-01T11:00:00Z\"}")
                .status())
        .isEqualTo(422);
    assertThat(
            client
                .post("/api/usage/what-if", "{\"platform\":\"ios\",\"add\":1,\"from\":\"May\"}")
                .status())
        .isEqualTo(422);
  }
}
