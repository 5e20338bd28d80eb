package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What three replicas do together while nothing breaks. */
final class RollingRestartIT {
  /** Rounds until the replicas' code has run often enough not to be loaded while it is measured. */
  private static final int WARM_UP = 5;

  @RegisterExtension final Cluster cluster = Cluster.onEmptyDatabase(3, 2, 5);

  @Test
  void eachReplicaIsStoppedAndStartedUnderLoadAndNoSessionIsLost() throws Exception {
    try (Clients clients = new Clients(cluster.balancer().url(), 20, 1).start()) {
      for (ReplicaProcess replica : cluster.replicas()) {
        replica.terminate(Duration.ofSeconds(30));
        replica.startAndAwaitReady();
      }
      clients.stop();

      System.out.printf(
          "rolling restart: %d sessions served, %d commands, %d failed, %d connections lost,"
              + " refused %s%n",
          clients.served.get(),
          clients.commands.get(),
          clients.commandsFailed.get(),
          clients.connectionsLost.get(),
          clients.refused);
      clients.lost.keySet().removeAll(cluster.endedByNodes());
      assertThat(clients.lost).isEmpty();
      assertThat(clients.strange).isEmpty();
      assertThat(clients.commandsFailed.get()).isZero();
      assertThat(clients.connectionsLost.get())
          .as("requests that met the end of a kept connection, as HTTP/1.1 has it")
          .isZero();
      assertThat(clients.served.get()).isGreaterThan(100);
    }
    cluster.fleet().assertNoDeviceWasShared();
    cluster.assertNoCommandWasExecutedTwice();
    cluster.assertEverythingIsFreeWithin(Duration.ofSeconds(60));
  }

  /**
   * By what the node saw: from the end of the holder's session, which frees the device, to the
   * attempt for the waiter.
   */
  @Test
  void aDeviceThatIsFreedOnOneReplicaServesAWaiterOfAnother() {
    JsonClient one = cluster.replica(1).client();
    JsonClient two = cluster.replica(2).client();
    for (int i = 0; i < WARM_UP; i++) {
      freedToAttempt(one, two);
    }
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      millis.add(freedToAttempt(one, two).toMillis());
    }
    Collections.sort(millis);
    System.out.println("freed to the waiter's attempt on another replica, ms: " + millis);
    assertThat(millis.get(millis.size() / 2)).as("median in ms").isLessThanOrEqualTo(100);
  }

  private Duration freedToAttempt(JsonClient one, JsonClient two) {
    NodeHistory history = cluster.fleet().node(1).history();
    Reply holder = created(one);
    CompletableFuture<Reply> waiting = asked(two);
    await().until(() -> two.get("/api/queue").text().contains("position"));
    one.delete("/session/" + holder.sessionId());
    Reply served = waiting.join();
    assertThat(served.status()).as(served.text()).isEqualTo(200);
    long attempt = history.creations().get(history.creations().size() - 1).nanos();
    two.delete("/session/" + served.sessionId());
    return Duration.ofNanos(attempt - deleted(history, holder.sessionId()));
  }

  private static long deleted(NodeHistory history, String session) {
    return history.events(NodeEvent.Kind.DELETED).stream()
        .filter(event -> event.sessionId().equals(session))
        .findFirst()
        .orElseThrow()
        .nanos();
  }

  private static Reply created(JsonClient client) {
    Reply reply = asked(client).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static CompletableFuture<Reply> asked(JsonClient client) {
    return client.newSession(
        "'platformName':'Android','appium:udid':'phone-1-1',"
            + "'gridfleet:waitForDeviceOnlineTimeout':20");
  }
}
