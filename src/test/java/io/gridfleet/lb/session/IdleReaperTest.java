package io.gridfleet.lb.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Idle time is measured by a monotonic clock for sessions with activity on this replica. */
final class IdleReaperTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final AtomicLong nanos = new AtomicLong();
  private Instant wall = Instant.parse("2026-11-28T00:00:00Z");
  private final InstantSource clock = () -> wall;
  private final FakeDeviceLocks locks = new FakeDeviceLocks(new VirtualTime());
  private final FakeSessionMap sessions = new FakeSessionMap(locks, clock, run -> true);
  private final SessionActivity activity = new SessionActivity(nanos::get);
  private final NodeSessions nodes = nodes();
  private final IdleReaper reaper =
      new IdleReaper(
          sessions,
          activity,
          nodes,
          new EndSession(
              sessions,
              nodes,
              lock -> CompletableFuture.completedFuture(null),
              new SessionListener() {},
              clock),
          Duration.ZERO);

  /** A node that ends every session at once. */
  private static NodeSessions nodes() {
    return (NodeSessions)
        Proxy.newProxyInstance(
            IdleReaperTest.class.getClassLoader(),
            new Class<?>[] {NodeSessions.class},
            (proxy, method, arguments) ->
                CompletableFuture.completedFuture(
                    method.getReturnType() == LeftoverSession.class ? LeftoverSession.NONE : true));
  }

  private SessionId published() {
    DeviceId phone = DeviceId.of("phone");
    DeviceLock lock =
        locks
            .tryLock(phone, 1, "attempt", Duration.ofMinutes(1))
            .toCompletableFuture()
            .join()
            .orElseThrow();
    SessionId id = new SessionId("s-1");
    Session session =
        new Session(
            id,
            lock,
            new NodeId("node"),
            new Session.Terms("lab", Optional.empty(), Optional.empty(), LIMIT, LIMIT, false),
            Capabilities.empty(),
            Map.of(),
            wall);
    sessions.publish(session).toCompletableFuture().join();
    return id;
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    wall = wall.plus(time);
  }

  private boolean lives(SessionId id) {
    return sessions.find(id).toCompletableFuture().join().isPresent();
  }

  @Test
  void aStepOfTheWallClockEndsNobodyWhoWasActiveHere() {
    SessionId id = published();
    activity.touched(id);
    reaper.sweep();
    pass(Duration.ofSeconds(10));

    wall = wall.plus(Duration.ofHours(1));
    reaper.sweep();
    assertThat(lives(id)).isTrue();

    pass(LIMIT);
    reaper.sweep();
    assertThat(lives(id)).as("it is idle by any clock").isFalse();
  }

  @Test
  void aSessionWithoutLocalActivityEndsByTheStoresClock() {
    SessionId id = published();

    pass(LIMIT.plusSeconds(1));
    reaper.sweep();

    assertThat(lives(id)).isFalse();
  }
}
