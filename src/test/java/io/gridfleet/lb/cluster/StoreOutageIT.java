package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL is stopped and started again under two replicas. */
final class StoreOutageIT {
  private static final String ANDROID =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':20";

  private Cluster cluster;
  private JsonClient client;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start(2, 1, 3);
    client = cluster.replica(1).client();
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void liveSessionsGoOnAndNewOnesAreRefusedAtOnceUntilTheStoreIsBack() throws Exception {
    String kept = created();
    String ended = created();
    cluster.postgres().stop();

    await().atMost(Duration.ofSeconds(15)).until(() -> ready() == 503);
    assertThat(client.get("/session/" + kept + "/title").status()).isEqualTo(200);
    long begun = System.nanoTime();
    Reply refused = client.newSession(ANDROID).join();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
    assertThat(refused.error()).isEqualTo("session not created");
    assertThat(refused.text()).contains("store");
    assertThat(cluster.replica(1).get("/metrics").body()).contains("gridfleet_lb_store_up 0");
    assertThat(client.get("/status").value().path("ready").asBoolean()).isFalse();
    assertThat(client.delete("/session/" + ended).status()).isEqualTo(200);
    Reply cold = cluster.replica(2).client().get("/session/" + kept + "/title");
    assertThat(cold.error()).as(cold.text()).isNotEqualTo("invalid session id");

    cluster.postgres().startAgain();

    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> ready() == 200 && cluster.replica(2).status("/readyz") == 200);
    assertThat(cluster.replica(1).get("/metrics").body()).contains("gridfleet_lb_store_up 1");
    assertThat(client.get("/session/" + kept + "/title").status()).isEqualTo(200);
    assertThat(cluster.replica(2).client().get("/session/" + kept + "/title").status())
        .isEqualTo(200);
    await().atMost(Duration.ofSeconds(30)).until(() -> cluster.postgres().locksHeld() == 1);
    assertThat(cluster.postgres().liveSessions()).isEqualTo(1);
    String one = created();
    String two = created();
    assertThat(one).isNotEqualTo(two);
    for (String each : new String[] {kept, one, two}) {
      assertThat(client.delete("/session/" + each).status()).isEqualTo(200);
    }
    cluster.fleet().assertNoDeviceWasShared();
    cluster.assertEverythingIsFreeWithin(Duration.ofSeconds(30));
  }

  private int ready() {
    return cluster.replica(1).status("/readyz");
  }

  private String created() {
    Reply reply = client.newSession(ANDROID).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.sessionId();
  }
}
