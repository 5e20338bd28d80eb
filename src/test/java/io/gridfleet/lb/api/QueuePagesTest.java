package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A long queue is listed in pages. */
final class QueuePagesTest {
  private final ApiLab lab = new ApiLab().furnish();
  private final ApiClient client = new ApiClient(lab);

  private void wait(int requests) {
    IntStream.range(0, requests).forEach(i -> lab.waits("r-" + i, "anonymous"));
  }

  @Test
  void allOfThemAreReachedByNextOffset() {
    wait(2_000);

    List<String> seen = new ArrayList<>();
    String target = "/api/queue";
    for (int page = 0; page < 4; page++) {
      JsonNode body = client.get(target).body();
      assertThat(body.path("items")).hasSize(500);
      assertThat(body.path("total").asInt()).isEqualTo(2_000);
      body.path("items").forEach(row -> seen.add(row.path("id").asText()));
      assertThat(body.has("next_offset")).isEqualTo(page < 3);
      target = "/api/queue?offset=" + body.path("next_offset").asText();
    }

    assertThat(seen)
        .containsExactlyElementsOf(IntStream.range(0, 2_000).mapToObj(i -> "r-" + i).toList());
  }

  @Test
  void aScreenThatAsksForMoreGetsThem() {
    wait(2_000);

    assertThat(client.get("/api/queue?limit=1800").body().path("items")).hasSize(1_800);
    assertThat(client.get("/api/queue?limit=2000").body().has("next_offset")).isFalse();
    assertThat(client.get("/api/grid/queue").body().path("requests")).hasSize(2_000);
  }

  @Test
  void aShortQueueIsWhole() {
    wait(500);

    JsonNode body = client.get("/api/queue").body();

    assertThat(body.path("items")).hasSize(500);
    assertThat(body.fieldNames()).toIterable().containsExactly("items", "total", "complete");
  }
}
