package io.gridfleet.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.node.NodeHealth.State;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NodeProbesTest {
  private static final ProbeConfig QUICK = quick(Duration.ofSeconds(5));

  private static final ProbeConfig HOURLY =
      new ProbeConfig(Duration.ofHours(1), Duration.ofSeconds(5), 1, 1, Duration.ofHours(1));

  private static final NodeId RACK = new NodeId("rack");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Queue<String> received = new ConcurrentLinkedQueue<>();
  private final NodeProbeListener listener =
      new NodeProbeListener() {
        @Override
        public void nodeUp(NodeId node) {
          received.add("up " + node);
        }

        @Override
        public void nodeDown(NodeId node, String cause) {
          received.add("down " + node + ": " + cause);
        }
      };
  private final SimulatedNode simulated = SimulatedNode.start(SimulatedNodeConfig.appium());
  private NodeProbes probes = probes(QUICK);

  @AfterEach
  void close() {
    probes.close();
    timer.shutdownNow();
    simulated.close();
  }

  @Test
  void aNodeIsDownAfterTwoMissesAndUpAfterOneAnswer() {
    probes.watch(List.of(node("phone-rack", simulated.url())));
    await().untilAsserted(() -> assertThat(received).containsExactly("up phone-rack"));

    simulated.faults().next(1, NodeOperation.STATUS, new Fault.Gateway(503));
    await().until(() -> simulated.history().count(Kind.FAULT) == 1);
    long before = simulated.history().count(Kind.STATUS);
    await().until(() -> simulated.history().count(Kind.STATUS) > before + 1);
    assertThat(received).as("one miss is none").hasSize(1);

    simulated.faults().next(2, NodeOperation.STATUS, new Fault.Gateway(503));
    await()
        .untilAsserted(
            () ->
                assertThat(received)
                    .containsExactly(
                        "up phone-rack",
                        "down phone-rack: answers /status with 503",
                        "up phone-rack"));
  }

  @Test
  void aListenerThatFailsReceivesTheNextChange() {
    probes.close();
    NodeProbeListener failing =
        new NodeProbeListener() {
          @Override
          public void nodeUp(NodeId node) {
            received.add("up");
            throw new IllegalStateException("an exception, as configured");
          }

          @Override
          public void nodeDown(NodeId node, String cause) {
            received.add("down");
            throw new IllegalStateException("an exception, as configured");
          }
        };
    probes = probes(QUICK, failing);
    probes.watch(List.of(node("rack", simulated.url())));
    await().untilAsserted(() -> assertThat(received).containsExactly("up"));

    simulated.faults().standing(NodeOperation.STATUS, new Fault.Gateway(503));
    await().untilAsserted(() -> assertThat(received).containsExactly("up", "down"));
    simulated.faults().clear();

    await().untilAsserted(() -> assertThat(received).containsExactly("up", "down", "up"));
  }

  /** The URL changes while the listener is called for the former one. */
  @Test
  void aNodeOfTheSameIdIsReportedAfterTheFormerOne() throws IOException {
    probes.close();
    NodeProbeListener slow =
        new NodeProbeListener() {
          @Override
          public void nodeUp(NodeId node) {
            received.add("up");
          }

          @Override
          public void nodeDown(NodeId node, String cause) {
            probes.watch(List.of(node("rack", simulated.url())));
            await().until(() -> !received.isEmpty() || aProbeWaitsForALock());
            received.add("down");
          }
        };
    probes = probes(HOURLY, slow);
    try (ServerSocket refuses = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refuses.close();
      probes.watch(List.of(node("rack", URI.create("http://127.0.0.1:" + refuses.getLocalPort()))));
      await().untilAsserted(() -> assertThat(received).containsExactly("down", "up"));
    }
    assertThat(probes.health().get(RACK).state()).isEqualTo(State.UP);
  }

  private static boolean aProbeWaitsForALock() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getState() == Thread.State.BLOCKED)
        .flatMap(each -> Stream.of(each.getValue()))
        .anyMatch(frame -> frame.getClassName().startsWith(NodeProbes.class.getName()));
  }

  @Test
  void aNodeThatRefusesAndOneThatStallsAreBothDown() {
    try (SimulatedNode stalls = SimulatedNode.start(SimulatedNodeConfig.appium())) {
      stalls.faults().standing(NodeOperation.STATUS, new Fault.Stall());
      simulated.die();
      restart(quick(Duration.ofSeconds(1)));
      probes.watch(List.of(node("dead", simulated.url()), node("stalls", stalls.url())));
      await()
          .untilAsserted(
              () ->
                  assertThat(received)
                      .containsExactlyInAnyOrder(
                          "down dead: connection refused", "down stalls: no answer in time"));
    }
  }

  @Test
  void aFailedAttemptProbesAtOnceButNotRepeatedly() {
    watchHourly();
    await().untilAsserted(() -> assertThat(received).containsExactly("up rack"));

    simulated.die();
    await()
        .untilAsserted(
            () -> {
              probes.reportCreateFailure(RACK);
              assertThat(received).containsExactly("up rack", "down rack: connection refused");
            });
    simulated.comeBack();
    for (int i = 0; i < 1000; i++) {
      probes.reportCreateFailure(RACK);
    }
    assertThat(simulated.history().count(Kind.STATUS)).isLessThanOrEqualTo(2);
  }

  /** Its answer may be older than the failure. */
  @Test
  void anAttemptThatFailsDuringAProbeHasItsNodeProbedAgain() {
    simulated.faults().next(1, NodeOperation.STATUS, new Fault.Late(Duration.ofMillis(300)));
    watchHourly();
    await().until(() -> simulated.history().count(Kind.STATUS) == 1);
    assertThat(received).isEmpty();
    probes.reportCreateFailure(RACK);

    await().until(() -> simulated.history().count(Kind.STATUS) == 2);
  }

  @Test
  void anAttemptThatFailsJustAfterAProbeHasItsNodeProbedAgain() {
    watchHourly();
    await().untilAsserted(() -> assertThat(received).containsExactly("up rack"));
    probes.reportCreateFailure(RACK);

    await().until(() -> simulated.history().count(Kind.STATUS) == 2);
  }

  @Test
  void fiveHundredDeadNodesLeaveALiveOneOnTime() {
    try (SimulatedNode stalls = SimulatedNode.start(SimulatedNodeConfig.appium())) {
      stalls.faults().standing(NodeOperation.STATUS, new Fault.Stall());
      aLiveOneIsOnTimeAmongFiveHundredOf(stalls.url());
    }
  }

  /** Like hosts that are down or behind a firewall: no connection is ever established. */
  @Test
  void fiveHundredNodesThatNeverConnectLeaveALiveOneOnTime() throws IOException {
    List<Socket> crowd = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      while (connects(full, crowd)) {
        assertThat(crowd).as("connections that nobody accepts").hasSizeLessThan(100);
      }
      aLiveOneIsOnTimeAmongFiveHundredOf(URI.create("http://127.0.0.1:" + full.getLocalPort()));
    } finally {
      for (Socket each : crowd) {
        each.close();
      }
    }
  }

  private static boolean connects(ServerSocket server, List<Socket> crowd) throws IOException {
    Socket socket = new Socket();
    crowd.add(socket);
    try {
      socket.connect(server.getLocalSocketAddress(), 300);
      return true;
    } catch (SocketTimeoutException nobodyAnswers) {
      return false;
    }
  }

  private void aLiveOneIsOnTimeAmongFiveHundredOf(URI dead) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      nodes.add(node("dead-" + i, dead));
    }
    restart(quick(Duration.ofMillis(300)));
    probes.watch(nodes);
    await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 500);
    nodes.add(node("live", simulated.url()));
    probes.watch(nodes);

    await().atMost(Duration.ofSeconds(3)).until(() -> received.contains("up live"));
    long before = simulated.history().count(Kind.STATUS);
    await()
        .atMost(Duration.ofSeconds(3))
        .until(() -> simulated.history().count(Kind.STATUS) >= before + 10);
  }

  @Test
  void aNodeThatIsNotWatchedAnyMoreIsNotProbed() {
    probes.watch(List.of(node("rack", simulated.url())));
    await().untilAsserted(() -> assertThat(received).containsExactly("up rack"));
    probes.watch(List.of());
    simulated.die();

    assertThat(probes.health()).isEmpty();
    probes.reportCreateFailure(new NodeId("rack"));
    await().during(Duration.ofMillis(300)).until(() -> received.size() == 1);
  }

  @Test
  void pausesDoubleWhileANodeIsSilentUpToTheLongest() {
    ProbeConfig config =
        new ProbeConfig(Duration.ofSeconds(10), Duration.ofSeconds(5), 2, 2, Duration.ofMinutes(1));
    NodeHealth health = NodeHealth.UNKNOWN.answered(config);
    assertThat(health.pause(config)).isEqualTo(Duration.ofSeconds(10));
    health = health.missed("x", config);
    assertThat(health.state()).isEqualTo(State.UP);
    assertThat(health.pause(config)).isEqualTo(Duration.ofSeconds(1));
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      health = health.missed("x", config);
      pauses.add(health.pause(config).toSeconds());
    }
    assertThat(pauses).startsWith(10L, 20L, 40L, 60L, 60L).endsWith(60L);
    health = health.answered(config);
    assertThat(health.state()).isEqualTo(State.DOWN);
    assertThat(health.answered(config).state()).isEqualTo(State.UP);
  }

  private static ProbeConfig quick(Duration timeout) {
    return new ProbeConfig(Duration.ofMillis(50), timeout, 2, 1, Duration.ofMillis(100));
  }

  private NodeProbes probes(ProbeConfig config) {
    return probes(config, listener);
  }

  private NodeProbes probes(ProbeConfig config, NodeProbeListener notified) {
    return new NodeProbes(config, NodeTrust.ofJava(), notified, timer, new Random(7));
  }

  private void restart(ProbeConfig config) {
    probes.close();
    probes = probes(config);
  }

  private void watchHourly() {
    restart(HOURLY);
    probes.watch(List.of(node("rack", simulated.url())));
  }

  private static Node node(String id, URI url) {
    return new Node(new NodeId(id), url, Optional.empty(), Set.of());
  }
}
