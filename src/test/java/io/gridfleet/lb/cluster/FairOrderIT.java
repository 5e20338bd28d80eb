package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests wait at several replicas for one device: whoever waits longest has it. */
final class FairOrderIT {
  private static final String ANDROID =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':50";

  /** Requests that arrive further apart than this have an order. */
  private static final double SECOND = 1.0;

  private final Queue<Integer> served = new ConcurrentLinkedQueue<>();
  @RegisterExtension final Cluster cluster = Cluster.of(3, 1, 1);

  /** A client that ends its session, through any replica, as soon as it has it. */
  private CompletableFuture<Reply> asks(int number, int replica, int endsAt) {
    return cluster
        .replica(replica)
        .client()
        .newSession(ANDROID)
        .thenApply(
            reply -> {
              assertThat(reply.status()).as(reply.text()).isEqualTo(200);
              served.add(number);
              cluster.replica(endsAt).client().delete("/session/" + reply.sessionId());
              return reply;
            });
  }

  private void awaitASecondInTheQueue(int replica) {
    JsonClient client = cluster.replica(replica).client();
    await().atMost(Duration.ofSeconds(10)).until(() -> youngest(client) > SECOND);
  }

  private static double youngest(JsonClient client) {
    double age = -1;
    for (JsonNode waiting : client.get("/api/queue").body().path("items")) {
      double its = waiting.path("age_sec").asDouble();
      age = age < 0 ? its : Math.min(age, its);
    }
    return age;
  }

  @Test
  void thoseWhoComeInTurnsAreServedInTheirOrder() {
    Reply holder = cluster.replica(3).client().newSession(ANDROID).join();
    assertThat(holder.status()).as(holder.text()).isEqualTo(200);
    List<CompletableFuture<Reply>> all = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      order.add(i);
      all.add(asks(i, 1 + i % 2, 1 + i % 3));
      awaitASecondInTheQueue(1 + i % 2);
    }

    cluster.replica(3).client().delete("/session/" + holder.sessionId());
    all.forEach(CompletableFuture::join);

    assertThat(inversions(List.copyOf(served)))
        .as("a process that the machine stalls for 150 ms loses its turn once: %s", served)
        .isLessThanOrEqualTo(1);
    assertThat(served).containsExactlyInAnyOrderElementsOf(order);
    cluster.fleet().assertNoDeviceWasShared();
  }

  /** Pairs that were served in the wrong order; by chance it were 18 of 36. */
  private static int inversions(List<Integer> order) {
    int wrong = 0;
    for (int i = 0; i < order.size(); i++) {
      for (int later = i + 1; later < order.size(); later++) {
        wrong += order.get(later) < order.get(i) ? 1 : 0;
      }
    }
    return wrong;
  }

  @Test
  void aReplicaThatIsFrozenOrDeadHoldsNobodyUp() throws Exception {
    Reply holder = cluster.replica(3).client().newSession(ANDROID).join();
    asks(0, 1, 1);
    awaitASecondInTheQueue(1);
    CompletableFuture<Reply> first = asks(1, 2, 2);
    awaitASecondInTheQueue(2);
    CompletableFuture<Reply> second = asks(2, 3, 3);
    awaitASecondInTheQueue(3);
    cluster.replica(1).freeze();

    cluster.replica(3).client().delete("/session/" + holder.sessionId());

    first.join();
    second.join();
    assertThat(served).containsExactly(1, 2);
    cluster.replica(1).kill();
    cluster.fleet().assertNoDeviceWasShared();
  }
}
