package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * PostgreSQL is stopped and started again under two replicas. Short times make ten minutes of
 * outage happen in seconds: a lock expires after 6 s, a session of {@link #BUSY} may be idle for 12
 * + 2 s, and 10 s more until others have written the activity they saw.
 */
@Execution(ExecutionMode.CONCURRENT)
final class StoreOutageIT {
  private static final String ANDROID =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':20";

  private static final String BUSY = ANDROID + ",'appium:newCommandTimeout':12";
  private static final Duration LONGER_THAN_ANY_TIME_OUT = Duration.ofSeconds(30);

  @RegisterExtension final Cluster cluster = Cluster.withOwnPostgres(2, 1, 3);

  private JsonClient client;

  @BeforeEach
  void clients() {
    client = cluster.replica(1).client();
  }

  @Test
  void liveSessionsGoOnAndNewOnesAreRefusedAtOnceUntilTheStoreIsBack() throws Exception {
    String kept = created(BUSY);
    String ended = created(ANDROID);
    cluster.postgres().stop();

    await().atMost(Duration.ofSeconds(15)).until(() -> ready() == 503);
    await()
        .pollInterval(Duration.ofMillis(500))
        .atMost(LONGER_THAN_ANY_TIME_OUT.multipliedBy(2))
        .during(LONGER_THAN_ANY_TIME_OUT)
        .until(() -> client.get("/session/" + kept + "/title").status() == 200);
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

    assertThat(client.get("/session/" + kept + "/title").status()).isEqualTo(200);
    cluster.postgres().startAgain();

    assertThat(client.get("/session/" + kept + "/title").status()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> ready() == 200 && cluster.replica(2).status("/readyz") == 200);
    assertThat(cluster.replica(1).get("/metrics").body()).contains("gridfleet_lb_store_up 1");
    await()
        .pollInterval(Duration.ofMillis(500))
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                client.get("/session/" + kept + "/title").status() == 200
                    && cluster.replica(2).client().get("/session/" + kept + "/title").status()
                        == 200
                    && cluster.rows().locksHeld() == 1);
    assertThat(cluster.rows().liveSessions()).isEqualTo(1);
    assertThat(client.delete("/session/" + kept).status()).isEqualTo(200);
    String one = created(ANDROID);
    String two = created(ANDROID);
    assertThat(one).isNotEqualTo(two);
    assertThat(client.delete("/session/" + one).status()).isEqualTo(200);
    assertThat(client.delete("/session/" + two).status()).isEqualTo(200);
    cluster.fleet().assertNoDeviceWasShared();
    cluster.assertEverythingIsFreeWithin(Duration.ofSeconds(30));
  }

  @Test
  void whoStopsOrStartsInTheMiddleOfAnOutageDoesItInOrder() throws Exception {
    String kept = created(ANDROID);
    cluster.postgres().stop();
    await().atMost(Duration.ofSeconds(15)).until(() -> ready() == 503);
    cluster
        .fleet()
        .node(1)
        .faults()
        .next(1, NodeOperation.COMMAND, new Fault.Late(Duration.ofSeconds(3)));

    CompletableFuture<Reply> underWay =
        client.send("GET", "/session/" + kept + "/title", null, Map.of());
    await().until(() -> cluster.fleet().node(1).history().count(NodeEvent.Kind.FAULT) == 1);
    cluster.replica(1).terminate(Duration.ofSeconds(40));
    assertThat(underWay.join().status()).as("it came to its end").isEqualTo(200);
    cluster.replica(1).start();
    assertThat(cluster.replica(1).status("/healthz")).as("waits for its store").isZero();
    cluster.postgres().startAgain();

    cluster.replica(1).awaitReady();
    assertThat(client.get("/session/" + kept + "/title").status()).isEqualTo(200);
    assertThat(client.delete("/session/" + kept).status()).isEqualTo(200);
    cluster.assertEverythingIsFreeWithin(Duration.ofSeconds(30));
  }

  @Test
  void aStartGoesOnWhenTheStoreGoesAwayInTheMiddleOfIt() throws Exception {
    String kept = created(ANDROID);
    String config = cluster.config();
    try (GridFleetLb third =
        new GridFleetLb(
            ConfigLoader.of(GridFleetConfig.class)
                .flags(Map.of("listen", "127.0.0.1:0"))
                .text("third", config)
                .load()
                .value())) {
      cluster.postgres().stop();
      InetSocketAddress address = third.start();
      cluster.postgres().startAgain();

      await()
          .atMost(Duration.ofSeconds(15))
          .until(
              () ->
                  third.distributor().states().stream()
                      .anyMatch(
                          device ->
                              device.locks().stream()
                                  .anyMatch(it -> it.kind() == HeldLock.Kind.SESSION)));
      JsonClient late = new JsonClient(URI.create("http://127.0.0.1:" + address.getPort()));
      assertThat(late.get("/session/" + kept + "/title").status()).isEqualTo(200);
      assertThat(late.delete("/session/" + kept).status()).isEqualTo(200);
    }
  }

  private int ready() {
    return cluster.replica(1).status("/readyz");
  }

  private String created(String options) {
    Reply reply = client.newSession(options).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.sessionId();
  }
}
