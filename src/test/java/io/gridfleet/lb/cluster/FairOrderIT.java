package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Requests wait at several replicas for one device: the oldest request gets it. */
@Execution(ExecutionMode.CONCURRENT)
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

  /** Waits until so many requests are in a replica's queue, the last one for a second. */
  private void awaitASecondInTheQueue(int replica, int requests) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              List<Double> ages = ages(cluster.replica(replica));
              return ages.size() == requests && Collections.min(ages) > SECOND;
            });
  }

  private static List<Double> ages(ReplicaProcess replica) {
    List<Double> ages = new ArrayList<>();
    for (JsonNode waiting : replica.ownQueue()) {
      ages.add(waiting.path("age_sec").asDouble());
    }
    return ages;
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
      awaitASecondInTheQueue(1 + i % 2, 1 + i / 2);
    }

    cluster.replica(3).client().delete("/session/" + holder.sessionId());
    all.forEach(CompletableFuture::join);

    assertThat(served).containsExactlyElementsOf(order);
    cluster.fleet().assertNoDeviceWasShared();
  }

  @Test
  void aFrozenOrDeadReplicaDelaysNoRequest() throws Exception {
    Reply holder = cluster.replica(3).client().newSession(ANDROID).join();
    asks(0, 1, 1);
    awaitASecondInTheQueue(1, 1);
    CompletableFuture<Reply> first = asks(1, 2, 2);
    awaitASecondInTheQueue(2, 1);
    CompletableFuture<Reply> second = asks(2, 3, 3);
    awaitASecondInTheQueue(3, 1);
    cluster.replica(1).freeze();

    cluster.replica(3).client().delete("/session/" + holder.sessionId());

    first.join();
    second.join();
    assertThat(served).containsExactly(1, 2);
    cluster.replica(1).kill();
    cluster.fleet().assertNoDeviceWasShared();
  }
}
