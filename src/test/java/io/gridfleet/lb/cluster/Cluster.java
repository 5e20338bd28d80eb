package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Replicas on one PostgreSQL behind a balancer, over one fleet of simulated nodes. */
final class Cluster implements AutoCloseable {
  private final SimulatedFleet fleet;
  private final Postgres postgres;
  private final List<Replica> replicas = new ArrayList<>();
  private final TcpBalancer balancer;
  private final int devices;

  private Cluster(int size, int nodes, int phonesEach) throws Exception {
    devices = nodes * phonesEach;
    fleet =
        SimulatedFleet.of(
            nodes, phonesEach, config -> config.withCreationTime(Duration.ofMillis(60)));
    postgres = Postgres.start();
    for (int i = 1; i <= size; i++) {
      replicas.add(Replica.of("replica-" + i, ClusterConfig.of(postgres.address(), fleet)));
    }
    balancer = new TcpBalancer(replicas);
  }

  /** All replicas are ready when this returns. */
  static Cluster start(int size, int nodes, int phonesEach) throws Exception {
    Cluster cluster = new Cluster(size, nodes, phonesEach);
    try {
      for (Replica replica : cluster.replicas) {
        replica.start();
      }
      cluster.replicas.forEach(Replica::awaitReady);
    } catch (Exception | Error failed) {
      cluster.close();
      throw failed;
    }
    return cluster;
  }

  SimulatedFleet fleet() {
    return fleet;
  }

  Postgres postgres() {
    return postgres;
  }

  List<Replica> replicas() {
    return replicas;
  }

  Replica replica(int number) {
    return replicas.get(number - 1);
  }

  TcpBalancer balancer() {
    return balancer;
  }

  JsonClient client() {
    return new JsonClient(balancer.url());
  }

  /** Sessions that nodes began, however they ended. */
  long sessionsCreated() {
    return fleet.nodes().stream().mapToLong(it -> it.history().count(NodeEvent.Kind.CREATED)).sum();
  }

  /** No element of a path was clicked twice, by what the nodes saw. */
  void assertNoCommandWasExecutedTwice() {
    Map<String, Integer> times = new HashMap<>();
    for (SimulatedNode node : fleet.nodes()) {
      List<NodeEvent> seen = node.history().events(NodeEvent.Kind.COMMAND);
      assertThat(seen)
          .as("none forgotten")
          .hasSize((int) node.history().count(NodeEvent.Kind.COMMAND));
      seen.forEach(event -> times.merge(event.detail(), 1, Integer::sum));
    }
    times.keySet().removeIf(detail -> !detail.contains("/click"));
    times.values().removeIf(count -> count < 2);
    assertThat(times).as("commands that reached a node twice").isEmpty();
  }

  /** Sessions that went by their node's own doing, so that nobody else lost them. */
  Set<String> endedByNodes() {
    Set<String> ended = new HashSet<>();
    for (SimulatedNode node : fleet.nodes()) {
      node.history().events(NodeEvent.Kind.FORGOTTEN).forEach(it -> ended.add(it.sessionId()));
      node.history().events(NodeEvent.Kind.EXPIRED).forEach(it -> ended.add(it.sessionId()));
      node.history().events(NodeEvent.Kind.DIED).forEach(it -> ended.add(it.sessionId()));
    }
    return ended;
  }

  /** No lock, no session, and every device serves again, all at once. */
  void assertEverythingIsFreeWithin(Duration most) {
    long begun = System.nanoTime();
    await()
        .atMost(most)
        .pollInterval(Duration.ofMillis(250))
        .untilAsserted(
            () -> {
              assertThat(postgres.liveSessions()).as("live sessions").isZero();
              assertThat(postgres.locksHeld()).as("locks").isZero();
              fleet.assertQuiet();
            });
    System.out.printf(
        "quiet %d ms after the last client%n",
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
    for (Replica replica : replicas) {
      serveAll(replica.client());
    }
  }

  private void serveAll(JsonClient client) {
    List<CompletableFuture<Reply>> asked = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      asked.add(
          client.newSession("'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':20"));
    }
    List<Reply> replies = asked.stream().map(CompletableFuture::join).toList();
    assertThat(replies)
        .allSatisfy(reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(200));
    replies.forEach(
        reply ->
            assertThat(client.delete("/session/" + reply.sessionId()).status()).isEqualTo(200));
  }

  @Override
  public void close() throws Exception {
    balancer.close();
    for (Replica replica : replicas) {
      replica.close();
    }
    postgres.close();
    fleet.close();
  }
}
