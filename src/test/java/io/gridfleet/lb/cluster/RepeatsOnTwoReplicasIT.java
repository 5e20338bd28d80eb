package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.simulator.LiveSession;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A client repeats its request, with its key, through another replica. */
@Execution(ExecutionMode.CONCURRENT)
final class RepeatsOnTwoReplicasIT {
  private static final String ASKED =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':40";
  private static final Map<String, String> KEY = Map.of("X-Idempotency-Key", "4d7a");

  /** A replica counts as dead after 16 s without a heartbeat; the check runs every 10 s. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(45);

  @RegisterExtension final Cluster cluster = Cluster.of(2, 1, 1);

  private CompletableFuture<Reply> ask(int replica, String options, Map<String, String> headers) {
    return cluster.replica(replica).client().newSession(options, headers);
  }

  private String busy() {
    Reply holder = ask(2, ASKED, Map.of()).join();
    assertThat(holder.status()).as(holder.text()).isEqualTo(200);
    return holder.sessionId();
  }

  private void end(String session) {
    assertThat(cluster.replica(2).client().delete("/session/" + session).status()).isEqualTo(200);
  }

  private void untilWaiting(int replica, int requests) {
    await().atMost(TAKEN_OVER).until(() -> waiting(replica) == requests);
  }

  private int waiting(int replica) {
    return cluster.replica(replica).ownQueue().size();
  }

  @Test
  void itJoinsTheRequestThatWaitsThere() {
    String busy = busy();
    CompletableFuture<Reply> first = ask(1, ASKED, KEY);
    untilWaiting(1, 1);
    CompletableFuture<Reply> repeat = ask(2, ASKED, KEY);
    Reply other = ask(2, ASKED + ",'appium:noReset':true", KEY).join();
    assertThat(other.status()).as(other.text()).isEqualTo(400);
    assertThat(other.error()).isEqualTo("invalid argument");

    end(busy);

    assertThat(first.join().status()).as(first.join().text()).isEqualTo(200);
    assertThat(repeat.join().text()).isEqualTo(first.join().text());
    assertThat(ask(2, ASKED, KEY).join().text()).isEqualTo(first.join().text());
    assertThat(cluster.fleet().node(1).history().creations()).hasSize(2);
    assertThat(cluster.rows().keyedRequests()).isZero();
  }

  @Test
  void aReplicaThatDiesLeavesTheRequestToTheOther() throws Exception {
    String busy = busy();
    ask(1, ASKED, KEY);
    untilWaiting(1, 1);
    CompletableFuture<Reply> repeat = ask(2, ASKED, KEY);
    cluster.replica(1).kill();

    untilWaiting(2, 1);
    end(busy);

    Reply served = repeat.join();
    assertThat(served.status()).as(served.text()).isEqualTo(200);
    assertThat(cluster.fleet().liveSessions().stream().map(LiveSession::id))
        .containsExactly(served.sessionId());
    assertThat(cluster.fleet().node(1).history().creations()).hasSize(2);
  }
}
