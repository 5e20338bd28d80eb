package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** One process with a file for its store is killed and started again: nothing is lost. */
@Execution(ExecutionMode.CONCURRENT)
final class RecoveryIT {
  private static final String ANDROID =
      "'platformName':'Android','appium:newCommandTimeout':60,"
          + "'gridfleet:waitForDeviceOnlineTimeout':2";

  private static final String CHROME =
      "'browserName':'chrome','gridfleet:waitForDeviceOnlineTimeout':2";

  private SimulatedFleet fleet;
  private ReplicaProcess server;
  private JsonClient client;

  @BeforeEach
  void start() throws Exception {
    fleet = SimulatedFleet.of(2, 1);
    Path folder = Files.createTempDirectory(Path.of("target"), "recovery");
    server =
        ReplicaProcess.of(
            "recovery",
            ClusterConfig.avoidingForHours("sqlite:" + folder.resolve("lab.db"), fleet));
    server.startAndAwaitReady();
    client = server.client();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    fleet.close();
  }

  private void killAndStartAgain() throws Exception {
    server.kill();
    long begun = System.nanoTime();
    server.startAndAwaitReady();
    System.out.printf(
        "recovery: ready %d ms after the start%n",
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }

  private String created() {
    Reply reply = client.newSession(ANDROID).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.sessionId();
  }

  @Test
  void sessionsGoOnAfterAKillAndTheirDevicesAreNotGivenToOthers() throws Exception {
    String one = created();
    String two = created();

    killAndStartAgain();

    assertThat(client.get("/session/" + one + "/title").status()).isEqualTo(200);
    Reply third = client.newSession(ANDROID).join();
    assertThat(third.status()).as("both devices are taken: %s", third.text()).isEqualTo(500);
    assertThat(client.delete("/session/" + one).status()).isEqualTo(200);
    assertThat(created()).as("the freed device serves again").isNotEqualTo(two);
    assertThat(client.get("/session/" + two + "/title").status()).isEqualTo(200);
    fleet.assertNoDeviceWasShared();
  }

  @Test
  void anAttemptThatDiedWithItsServerIsDeletedOnItsNode() throws Exception {
    fleet
        .nodes()
        .forEach(
            node ->
                node.faults()
                    .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofSeconds(3))));
    CompletableFuture<Reply> asked = client.newSession(ANDROID);
    await().until(() -> fleet.nodes().stream().anyMatch(it -> !it.history().creations().isEmpty()));
    server.kill();
    assertThat(asked).failsWithin(Duration.ofSeconds(5)).withThrowableThat();
    await().atMost(Duration.ofSeconds(10)).until(() -> fleet.liveSessions().size() == 1);

    server.startAndAwaitReady();

    await().atMost(Duration.ofSeconds(30)).until(() -> fleet.liveSessions().isEmpty());
    String one = await().atMost(Duration.ofSeconds(20)).until(this::tried, id -> !id.isEmpty());
    String two = await().atMost(Duration.ofSeconds(20)).until(this::tried, id -> !id.isEmpty());
    assertThat(one).isNotEqualTo(two);
    fleet.assertNoDeviceWasShared();
  }

  @Test
  void anAttemptOnABrowserDriverThatKeepsNoKeysIsFoundByItsList() throws Exception {
    try (SimulatedNode driver =
        SimulatedNode.start(
            SimulatedNodeConfig.chromedriver().withCreationTime(Duration.ofSeconds(2)))) {
      try (ReplicaProcess browsers = browsersOn(driver)) {
        browsers.startAndAwaitReady();
        Reply known = browsers.client().newSession(CHROME).join();
        assertThat(known.status()).as(known.text()).isEqualTo(200);
        CompletableFuture<Reply> asked = browsers.client().newSession(CHROME);
        await().until(() -> driver.history().creations().size() == 2);
        browsers.kill();
        assertThat(asked).failsWithin(Duration.ofSeconds(5)).withThrowableThat();
        await().atMost(Duration.ofSeconds(10)).until(() -> driver.liveSessions().size() == 2);

        browsers.startAndAwaitReady();

        await().atMost(Duration.ofSeconds(40)).until(() -> driver.liveSessions().size() == 1);
        assertThat(browsers.client().get("/session/" + known.sessionId() + "/title").status())
            .as("the session that a client has")
            .isEqualTo(200);
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> browsers.client().newSession(CHROME).join().status() == 200);
      }
    }
  }

  private static ReplicaProcess browsersOn(SimulatedNode driver) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target"), "recovery");
    return ReplicaProcess.of(
        "recovery-browsers",
        ClusterConfig.of(
            "sqlite:" + folder.resolve("lab.db"),
            List.of(
                Map.of(
                    "id",
                    "driver",
                    "url",
                    driver.url().toString(),
                    "devices",
                    List.of(Map.of("browserName", "chrome", "slots", 2))))));
  }

  private String tried() {
    return client.newSession(ANDROID).join().sessionId();
  }

  @Test
  void aDeviceThatWasAvoidedIsStillAvoided() throws Exception {
    String first = created();
    int usual = fleet.node(1).liveSessions().isEmpty() ? 2 : 1;
    client.delete("/session/" + first);
    fleet
        .node(usual)
        .faults()
        .next(
            1,
            NodeOperation.NEW_SESSION,
            Fault.sessionNotCreated("xcodebuild failed with code 65"));
    client.delete("/session/" + created());
    long failures = fleet.node(usual).history().count(NodeEvent.Kind.REFUSED);
    assertThat(failures).as("the device failed").isPositive();

    killAndStartAgain();
    String id = created();

    assertThat(fleet.node(3 - usual).liveSessions()).extracting(it -> it.id()).containsExactly(id);
    assertThat(fleet.node(usual).history().count(NodeEvent.Kind.REFUSED)).isEqualTo(failures);
  }

  @Test
  void aSessionThatItsNodeLostDuringTheOutageIsEnded() throws Exception {
    String one = created();
    String two = created();
    fleet
        .nodes()
        .forEach(
            node ->
                node.liveSessions().stream()
                    .filter(live -> live.id().equals(one))
                    .forEach(live -> node.forget(live.id())));

    killAndStartAgain();

    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(client.newSession(ANDROID).join().status()).isEqualTo(200));
    assertThat(client.get("/session/" + two + "/title").status()).isEqualTo(200);
  }

  @Test
  void aSessionWhoseNodeCameBackWithoutItIsEnded() throws Exception {
    String one = created();
    int holder = fleet.node(1).liveSessions().isEmpty() ? 2 : 1;
    fleet.node(holder).die();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.get("/metrics").body().contains("node") && offline());
    assertThat(server.log()).doesNotContain("node_lost");

    fleet.node(holder).comeBack();

    await().atMost(Duration.ofSeconds(20)).until(() -> server.log().contains("node_lost"));
    Reply gone = client.get("/session/" + one + "/title");
    assertThat(gone.error()).isEqualTo("invalid session id");
  }

  private boolean offline() throws Exception {
    return server.log().contains("is offline");
  }

  @Test
  void aSecondKillInTheMiddleOfTheCleanUpDoesNoHarm() throws Exception {
    fleet
        .nodes()
        .forEach(
            node ->
                node.faults()
                    .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofSeconds(9))));
    CompletableFuture<Reply> asked = client.newSession(ANDROID);
    await().until(() -> fleet.nodes().stream().anyMatch(it -> !it.history().creations().isEmpty()));
    server.kill();
    try {
      asked.join();
    } catch (CompletionException connectionLost) {
      assertThat(connectionLost).isNotNull();
    }
    server.startAndAwaitReady();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                fleet.nodes().stream()
                    .anyMatch(it -> it.history().count(NodeEvent.Kind.REPLAYED) > 0));
    server.kill();
    server.startAndAwaitReady();

    await()
        .atMost(Duration.ofSeconds(40))
        .pollDelay(Duration.ofSeconds(5))
        .until(() -> fleet.liveSessions().isEmpty());
    fleet.assertNoDeviceWasShared();
  }
}
