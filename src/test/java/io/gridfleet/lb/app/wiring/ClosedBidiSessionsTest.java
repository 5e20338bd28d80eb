package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.lab.ObedientNodes;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.FakeSessionMap;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class ClosedBidiSessionsTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final FakeSessionMap sessions = new FakeSessionMap(locks, time, run -> true);

  /** Answers the next call each; a call beyond them fails. */
  private static final class Answers implements ObedientNodes {
    private final Queue<Supplier<CompletionStage<Optional<Boolean>>>> next;

    Answers(List<Supplier<CompletionStage<Optional<Boolean>>>> answers) {
      next = new ArrayDeque<>(answers);
    }

    @Override
    public CompletionStage<Optional<Boolean>> has(NodeId node, SessionId session) {
      return next.remove().get();
    }
  }

  private static CompletionStage<Optional<Boolean>> thrown() {
    throw new IllegalStateException("as configured");
  }

  private static CompletionStage<Optional<Boolean>> failed() {
    return CompletableFuture.failedFuture(new IllegalStateException("as configured"));
  }

  private static CompletionStage<Optional<Boolean>> gone() {
    return CompletableFuture.completedFuture(Optional.of(false));
  }

  private Session published() {
    DeviceLock lock =
        locks
            .tryLock(DeviceId.of("phone"), 1, "attempt", Duration.ofMinutes(1))
            .toCompletableFuture()
            .join()
            .orElseThrow();
    Session session =
        new Session(
            new SessionId("s-1"),
            lock,
            new NodeId("node"),
            new Session.Terms("lab", Optional.empty(), Optional.empty(), LIMIT, LIMIT, false),
            Capabilities.empty(),
            Map.of(),
            time.instant());
    sessions.publish(session).toCompletableFuture().join();
    return session;
  }

  @Test
  void aQueryThatFailsIsRepeated() {
    Answers nodes =
        new Answers(
            List.of(
                ClosedBidiSessionsTest::thrown,
                ClosedBidiSessionsTest::failed,
                ClosedBidiSessionsTest::gone));
    EndSession end =
        new EndSession(
            sessions,
            nodes,
            lock -> locks.release(lock).thenAccept(done -> {}),
            new SessionListener() {},
            time);

    new ClosedBidiSessions(nodes, end, time).accept(published());
    time.pass(Duration.ofSeconds(10));

    assertThat(sessions.live().toCompletableFuture().join()).isEmpty();
    assertThat(locks.held().toCompletableFuture().join()).as("its device").isEmpty();
  }
}
