package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.store.PostgresPart;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Replicas on one PostgreSQL behind a balancer, over one fleet of simulated nodes. As a field of a
 * test it is created for each test.
 */
final class Cluster implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
  private final int size;
  private final int nodes;
  private final int phonesEach;
  private final Tables tables;
  private final List<ReplicaProcess> replicas = new ArrayList<>();
  private @Nullable SimulatedFleet fleet;
  private @Nullable Postgres postgres;
  private @Nullable StoreRows rows;
  private @Nullable TcpBalancer balancer;

  /** What the replicas find when they start. */
  private enum Tables {
    /** A database on a shared server, migrated. */
    MIGRATED,
    /** A database on a shared server, empty. */
    NONE,
    /** A server of their own, empty. */
    NONE_ON_OWN_SERVER
  }

  private Cluster(int size, int nodes, int phonesEach, Tables tables) {
    this.size = size;
    this.nodes = nodes;
    this.phonesEach = phonesEach;
    this.tables = tables;
  }

  /** With a migrated database of their own, on a shared server. */
  static Cluster of(int size, int nodes, int phonesEach) {
    return new Cluster(size, nodes, phonesEach, Tables.MIGRATED);
  }

  /** With an empty database of their own, on a shared server: all replicas migrate it at once. */
  static Cluster onEmptyDatabase(int size, int nodes, int phonesEach) {
    return new Cluster(size, nodes, phonesEach, Tables.NONE);
  }

  /** With an empty server of their own, which can be stopped. */
  static Cluster withOwnPostgres(int size, int nodes, int phonesEach) {
    return new Cluster(size, nodes, phonesEach, Tables.NONE_ON_OWN_SERVER);
  }

  /** All replicas are ready when this returns. */
  Cluster start() throws Exception {
    try {
      fleet =
          SimulatedFleet.of(
              nodes, phonesEach, config -> config.withCreationTime(Duration.ofMillis(60)));
      rows = new StoreRows(database());
      for (int i = 1; i <= size; i++) {
        replicas.add(ReplicaProcess.of("replica-" + i, config()));
      }
      balancer = new TcpBalancer(replicas);
      for (ReplicaProcess replica : replicas) {
        replica.start();
      }
      replicas.forEach(ReplicaProcess::awaitReady);
      return this;
    } catch (Exception | Error failed) {
      close();
      throw failed;
    }
  }

  private StoreAddress.Postgres database() throws IOException {
    return switch (tables) {
      case MIGRATED -> (StoreAddress.Postgres) StoreKind.POSTGRESQL.migratedDatabase();
      case NONE -> PostgresPart.emptyDatabase();
      case NONE_ON_OWN_SERVER -> {
        postgres = Postgres.start();
        yield postgres.address();
      }
    };
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    start();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    close();
  }

  /** The configuration of each replica. */
  String config() {
    return ClusterConfig.of(rows().address().toString(), fleet());
  }

  SimulatedFleet fleet() {
    return Objects.requireNonNull(fleet);
  }

  /** Where there is one of its own. */
  Postgres postgres() {
    return Objects.requireNonNull(postgres);
  }

  StoreRows rows() {
    return Objects.requireNonNull(rows);
  }

  List<ReplicaProcess> replicas() {
    return replicas;
  }

  ReplicaProcess replica(int number) {
    return replicas.get(number - 1);
  }

  TcpBalancer balancer() {
    return Objects.requireNonNull(balancer);
  }

  /** Sessions that nodes started, however they ended. */
  long sessionsCreated() {
    return fleet().nodes().stream()
        .mapToLong(it -> it.history().count(NodeEvent.Kind.CREATED))
        .sum();
  }

  /** Asserts from the nodes' records that no element of a path was clicked twice. */
  void assertNoCommandWasExecutedTwice() {
    Map<String, Integer> times = new HashMap<>();
    for (SimulatedNode node : fleet().nodes()) {
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

  /** Sessions that ended by their node's fault, so that no replica lost them. */
  Set<String> endedByNodes() {
    Set<String> ended = new HashSet<>();
    for (SimulatedNode node : fleet().nodes()) {
      node.history().events(NodeEvent.Kind.FORGOTTEN).forEach(it -> ended.add(it.sessionId()));
      node.history().events(NodeEvent.Kind.EXPIRED).forEach(it -> ended.add(it.sessionId()));
      node.history().events(NodeEvent.Kind.DIED).forEach(it -> ended.add(it.sessionId()));
    }
    return ended;
  }

  /**
   * No lock, no session, all replicas ready (one that lost its store notices by itself that it is
   * back), and every device serves again through each of them, all at once.
   */
  void assertEverythingIsFreeWithin(Duration most) {
    long begun = System.nanoTime();
    await()
        .atMost(most)
        .pollInterval(Duration.ofMillis(250))
        .untilAsserted(
            () -> {
              assertThat(rows().liveSessions()).as("live sessions").isZero();
              assertThat(rows().locksHeld()).as("locks").isZero();
              fleet().assertQuiet();
              assertThat(replicas)
                  .as("ready")
                  .allMatch(replica -> replica.status("/readyz") == 200);
            });
    System.out.printf(
        "quiet %d ms after the last client%n",
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
    for (ReplicaProcess replica : replicas) {
      serveAll(replica.client());
    }
  }

  private void serveAll(JsonClient client) {
    List<CompletableFuture<Reply>> asked = new ArrayList<>();
    for (int i = 0; i < nodes * phonesEach; i++) {
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
    if (balancer != null) {
      balancer.close();
    }
    for (ReplicaProcess replica : replicas) {
      replica.close();
    }
    if (postgres != null) {
      postgres.close();
    }
    if (fleet != null) {
      fleet.close();
    }
  }
}
