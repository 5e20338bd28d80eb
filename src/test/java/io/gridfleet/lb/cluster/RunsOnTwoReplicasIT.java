package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one replica does with a run counts on the other at once. */
final class RunsOnTwoReplicasIT {
  private static final String RUN =
      """
      {"name":"nightly","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":1}]}""";

  @RegisterExtension final Cluster cluster = Cluster.of(2, 1, 1);

  private JsonClient one;
  private JsonClient two;

  @BeforeEach
  void clients() {
    one = cluster.replica(1).client();
    two = cluster.replica(2).client();
  }

  private static CompletableFuture<Reply> session(JsonClient replica, String run) {
    return replica.newSession(
        "'gridfleet:waitForDeviceOnlineTimeout':300,'gridfleet:run_id':'" + run + "'");
  }

  @Test
  void aRunIsUsedAndEndedWhereItDidNotBegin() {
    for (int round = 0; round < 10; round++) {
      String run = one.post("/api/runs", RUN).body().path("id").asText();

      Reply served = session(two, run).join();
      assertThat(served.status()).as("at once, elsewhere: %s", served.text()).isEqualTo(200);
      CompletableFuture<Reply> waiting = session(two, run);
      await().until(() -> two.get("/api/queue").text().contains("\"position\""));
      one.post("/api/runs/" + run + "/cancel", "");

      // The slow sweep comes every ten seconds: it was the signal.
      assertThat(waiting)
          .succeedsWithin(Duration.ofSeconds(5))
          .satisfies(told -> assertThat(told.text()).contains(run + " is unknown or over"));
      assertThat(cluster.rows().liveSessions()).isZero();
    }
    cluster.assertEverythingIsFreeWithin(Duration.ofSeconds(20));
  }
}
