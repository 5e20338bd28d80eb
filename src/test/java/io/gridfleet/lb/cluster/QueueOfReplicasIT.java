package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What one replica shows of requests that wait on another one, which dies or doesn't run. */
@Execution(ExecutionMode.CONCURRENT)
final class QueueOfReplicasIT {
  private static final String WAITS =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':300";

  /** A replica counts as dead after 16 s without a heartbeat. */
  private static final Duration DEAD = Duration.ofSeconds(40);

  /** What is open of a dead replica is looked for every minute. */
  private static final Duration LOST = Duration.ofSeconds(120);

  @RegisterExtension final Cluster cluster = Cluster.of(2, 1, 1);

  private JsonClient second() {
    return cluster.replica(2).client();
  }

  private int waiting() {
    return second().get("/api/queue").body().path("total").asInt();
  }

  private String busy() {
    Reply holder = second().newSession(WAITS).join();
    assertThat(holder.status()).as(holder.text()).isEqualTo(200);
    return holder.sessionId();
  }

  @Test
  void theRequestsOfAKilledReplicaVanishAndTheirRecordsAreLost() throws Exception {
    String session = busy();
    CompletableFuture<Reply> waits = cluster.replica(1).client().newSession(WAITS);
    await().atMost(DEAD).until(() -> waiting() == 1);
    String id = second().get("/api/queue").body().at("/items/0/id").asText();
    await().until(() -> second().get("/api/requests/" + id).status() == 200);

    cluster.replica(1).kill();

    assertThat(waits).failsWithin(Duration.ofSeconds(5));
    await().atMost(DEAD).until(() -> waiting() == 0);
    assertThat(second().delete("/api/queue/" + id).status()).isEqualTo(404);
    await().atMost(LOST).until(() -> outcome(id).equals("lost"));
    assertThat(second().delete("/session/" + session).status()).isEqualTo(200);
  }

  private String outcome(String id) {
    return second().get("/api/requests/" + id).body().path("outcome").asText();
  }

  @Test
  void theRequestsOfAFrozenReplicaReturnWithItAndSoDoesTheirRemoval() throws Exception {
    String session = busy();
    CompletableFuture<Reply> waits = cluster.replica(1).client().newSession(WAITS);
    await().atMost(DEAD).until(() -> waiting() == 1);
    String id = second().get("/api/queue").body().at("/items/0/id").asText();
    cluster.replica(1).freeze();
    Reply requested = second().delete("/api/queue/" + id + "?why=The+lab+moves");
    assertThat(requested.status()).as(requested.text()).isEqualTo(202);
    await().atMost(DEAD).until(() -> waiting() == 0);

    cluster.replica(1).thaw();

    assertThat(waits)
        .succeedsWithin(DEAD)
        .satisfies(reply -> assertThat(reply.text()).contains("The lab moves"));
    await().atMost(DEAD).until(() -> cluster.rows().count("FROM waiting_requests") == 0);
    JsonNode after = second().get("/api/queue").body();
    assertThat(after.path("total").asInt()).isZero();
    assertThat(after.path("complete").asBoolean()).isTrue();
    assertThat(second().delete("/session/" + session).status()).isEqualTo(200);
  }
}
