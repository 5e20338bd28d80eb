package io.gridfleet.lb.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.lab.ObedientNodes;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.EndSession.Outcome;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class EndSessionTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final SessionId ID = new SessionId("s-1");

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final FakeSessionMap sessions = new FakeSessionMap(locks, time, run -> true);
  private final List<SessionId> ended = new ArrayList<>();
  private final List<Duration> lifetimes = new ArrayList<>();

  private EndSession over(NodeSessions nodes) {
    return over(nodes, time);
  }

  private EndSession over(NodeSessions nodes, InstantSource clock) {
    return new EndSession(
        sessions,
        nodes,
        lock -> locks.release(lock).thenAccept(done -> {}),
        new SessionListener() {
          @Override
          public void ended(Session session, EndCause cause, Duration lived) {
            ended.add(session.id());
            lifetimes.add(lived);
          }
        },
        clock);
  }

  private void published() {
    DeviceLock lock =
        locks
            .tryLock(DeviceId.of("phone"), 1, "attempt", Duration.ofMinutes(1))
            .toCompletableFuture()
            .join()
            .orElseThrow();
    sessions
        .publish(
            new Session(
                ID,
                lock,
                new NodeId("node"),
                new Session.Terms("lab", Optional.empty(), Optional.empty(), LIMIT, LIMIT, false),
                Capabilities.empty(),
                Map.of(),
                time.instant()))
        .toCompletableFuture()
        .join();
  }

  private void endsWithItsDeviceLeftToTheSweep(NodeSessions nodes) {
    published();
    Outcome outcome =
        over(nodes)
            .endKnowing(ID, EndCause.of(EndReason.CLIENT_DELETED), NodeKnows.TELL_IT)
            .toCompletableFuture()
            .join();

    assertThat(outcome).isEqualTo(Outcome.LEFT_ON_NODE);
    assertThat(ended).containsExactly(ID);
    assertThat(locks.held().toCompletableFuture().join())
        .extracting(HeldLock::kind)
        .containsExactly(HeldLock.Kind.ENDING);
  }

  @Test
  void aNodeCallThatThrowsLeavesTheDeviceToTheSweep() {
    endsWithItsDeviceLeftToTheSweep(
        new ObedientNodes() {
          @Override
          public CompletionStage<Boolean> delete(NodeId node, SessionId session) {
            throw new IllegalStateException("as configured");
          }
        });
  }

  @Test
  void aNodeCallThatFailsLeavesTheDeviceToTheSweep() {
    endsWithItsDeviceLeftToTheSweep(
        new ObedientNodes() {
          @Override
          public CompletionStage<Boolean> delete(NodeId node, SessionId session) {
            return CompletableFuture.failedFuture(new IllegalStateException("as configured"));
          }
        });
  }

  /** The time of the creation is the store's; the time of the end is an estimate of it. */
  @Test
  void aSessionLivesNoNegativeTimeWhereTheEstimateIsBehind() {
    published();

    over(new ObedientNodes() {}, () -> time.instant().minusMillis(330))
        .end(ID, EndReason.CLIENT_DELETED, NodeKnows.ALREADY)
        .toCompletableFuture()
        .join();

    assertThat(lifetimes).containsExactly(Duration.ZERO);
  }
}
