package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A replica is killed at each step of a new session request that can be seen from outside, and at
 * the end of one; another replica cleans up after it, so that its device serves others again, and
 * it starts again.
 */
@Execution(ExecutionMode.CONCURRENT)
final class KillAtEveryStepIT {
  private static final String ANDROID =
      "'platformName':'Android','appium:newCommandTimeout':5,"
          + "'gridfleet:waitForDeviceOnlineTimeout':20";

  private static final Duration SLOW = Duration.ofSeconds(3);

  @RegisterExtension final Cluster cluster = Cluster.of(2, 1, 1);

  private SimulatedNode node;
  private JsonClient dying;
  private JsonClient other;

  @BeforeEach
  void clients() {
    node = cluster.fleet().node(1);
    dying = cluster.replica(1).client();
    other = cluster.replica(2).client();
  }

  @Test
  void whileTheRequestWaits() throws Exception {
    Reply holder = other.newSession(ANDROID).join();
    CompletableFuture<Reply> waiting = dying.newSession(ANDROID);
    killWhen(() -> dying.get("/api/queue").text().contains("position"), "queued");
    assertThat(waiting).failsWithin(Duration.ofSeconds(5));
    assertThat(other.get("/session/" + holder.sessionId() + "/title").status()).isEqualTo(200);
    assertThat(other.delete("/session/" + holder.sessionId()).status()).isEqualTo(200);
    othersAreServed("queued");
  }

  @Test
  void whileTheNodeStartsTheSession() throws Exception {
    int before = node.history().creations().size();
    node.faults().next(1, NodeOperation.NEW_SESSION, new Fault.Late(SLOW));
    dying.newSession(ANDROID);
    killWhen(() -> node.history().creations().size() > before, "attempted");
    othersAreServed("attempted");
  }

  @Test
  void afterTheNodeFailedAndTheAttemptWasRepeated() throws Exception {
    int before = node.history().creations().size();
    node.faults().next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("no boot"));
    node.faults().next(1, NodeOperation.NEW_SESSION, new Fault.Late(SLOW));
    CompletableFuture<Reply> asked = dying.newSession(ANDROID);
    killWhen(() -> node.history().creations().size() > before || asked.isDone(), "failed");
    othersAreServed("failed");
  }

  @Test
  void atTheMomentTheNodeHasCreatedIt() throws Exception {
    long before = node.history().count(Kind.CREATED);
    dying.newSession(ANDROID);
    killWhen(() -> node.history().count(Kind.CREATED) > before, "created");
    othersAreServed("created");
  }

  @Test
  void beforeTheAnswerOfTheNodeIsWhole() throws Exception {
    long before = node.history().count(Kind.CREATED);
    node.faults().next(1, NodeOperation.NEW_SESSION, new Fault.SlowBytes(Duration.ofMillis(20)));
    dying.newSession(ANDROID);
    killWhen(() -> node.history().count(Kind.CREATED) > before, "answering");
    othersAreServed("answering");
  }

  @Test
  void afterTheClientHasItsSession() throws Exception {
    Reply mine = dying.newSession(ANDROID).join();
    assertThat(mine.status()).as(mine.text()).isEqualTo(200);
    killWhen(() -> true, "published");
    String path = "/session/" + mine.sessionId();
    assertThat(other.get(path + "/title").status()).as("it goes on").isEqualTo(200);
    assertThat(other.delete(path).status()).isEqualTo(200);
    othersAreServed("published");
  }

  @Test
  void whileTheSessionIsDeleted() throws Exception {
    Reply mine = dying.newSession(ANDROID).join();
    assertThat(mine.status()).as(mine.text()).isEqualTo(200);
    long before = node.history().count(Kind.FAULT);
    node.faults().next(1, NodeOperation.END_SESSION, new Fault.Late(Duration.ofSeconds(1)));
    dying.send("DELETE", "/session/" + mine.sessionId(), null, Map.of());
    killWhen(() -> node.history().count(Kind.FAULT) > before, "deleting");
    int status = other.delete("/session/" + mine.sessionId()).status();
    assertThat(status).as("said again").isIn(200, 404);
    othersAreServed("deleting");
  }

  private void killWhen(Callable<Boolean> seen, String step) throws Exception {
    await(step).pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO).until(seen);
    cluster.replica(1).kill();
  }

  private void othersAreServed(String step) throws Exception {
    long begun = System.nanoTime();
    await(step)
        .atMost(Duration.ofSeconds(50))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> cluster.rows().locksHeld() == 0 && node.liveSessions().isEmpty());
    System.out.printf(
        "killed at '%s': device free after %d ms%n",
        step, Duration.ofNanos(System.nanoTime() - begun).toMillis());
    Reply next = other.newSession(ANDROID).join();
    assertThat(next.status()).as(step + ": " + next.text()).isEqualTo(200);
    assertThat(other.delete("/session/" + next.sessionId()).status()).isEqualTo(200);
    cluster.fleet().assertNoDeviceWasShared();
    cluster.replica(1).startAndAwaitReady();
  }
}
