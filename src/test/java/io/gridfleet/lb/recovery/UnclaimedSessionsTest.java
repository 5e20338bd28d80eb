package io.gridfleet.lb.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is ended on a node that can't look sessions up by key, and when its device is free. */
final class UnclaimedSessionsTest {
  private static final NodeId NODE = new NodeId("browsers");
  private static final SessionId OWN = new SessionId("own");
  private static final SessionId OTHERS = new SessionId("others");
  private static final ExpiredLock DEAD = orphan(Duration.ZERO, Optional.empty());
  private static final SessionLimits LIMITS =
      new SessionLimits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final DeviceLock STARTING = lock("starting", 2);

  private final AtomicLong nanos = new AtomicLong();
  private final FakeNode node = new FakeNode();
  private final Set<DeviceLock> underWay = new HashSet<>();
  private final Set<SessionId> live = new HashSet<>();
  private final UnclaimedSessions unclaimed =
      new UnclaimedSessions(
          node,
          new UnclaimedSessions.Known() {
            @Override
            public CompletionStage<Set<DeviceLock>> attemptsOn(NodeId asked) {
              return done(Set.copyOf(underWay));
            }

            @Override
            public CompletionStage<Set<SessionId>> liveSessions() {
              return done(Set.copyOf(live));
            }
          },
          new SessionRecovery.Patience(
              Duration.ofMinutes(2), Duration.ofMinutes(5), Duration.ofHours(1)),
          nanos::get);

  private static DeviceLock lock(String attempt, int slot) {
    return new DeviceLock(DeviceId.of("browsers/chrome"), slot, attempt, 1);
  }

  private static ExpiredLock orphan(Duration overdue, Optional<SessionLimits> limits) {
    return new ExpiredLock(
        lock("dead", 1), Kind.ATTEMPT, Instant.EPOCH, Instant.EPOCH, overdue, limits);
  }

  private static ExpiredLock limited(Duration overdue) {
    return orphan(overdue, Optional.of(LIMITS));
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  private boolean look() {
    return look(DEAD);
  }

  private boolean look(ExpiredLock orphan) {
    return unclaimed.isGone(orphan, NODE).toCompletableFuture().join();
  }

  private void after(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void anUnknownSessionIsEndedAtOnceWhenNothingElseStarts() {
    node.listed = Set.of(OWN, OTHERS);
    live.add(OTHERS);

    assertThat(look()).isTrue();
    assertThat(node.deleted).containsExactly(OWN);
  }

  @Test
  void aSessionThatAnAttemptIsStartingIsNotEnded() {
    node.listed = Set.of(OWN, OTHERS);
    underWay.add(STARTING);
    assertThat(look()).isFalse();
    assertThat(node.deleted).isEmpty();

    underWay.clear();
    live.add(OTHERS);

    assertThat(look()).isTrue();
    assertThat(node.deleted).containsExactly(OWN);
  }

  @Test
  void attemptsThatBeganLaterHoldNothingUp() {
    node.listed = Set.of(OWN);
    underWay.add(STARTING);
    assertThat(look()).isFalse();
    underWay.clear();
    underWay.add(lock("later", 3));
    node.listed = Set.of(OWN, new SessionId("later"));

    assertThat(look()).isTrue();
    assertThat(node.deleted).containsExactly(OWN);
  }

  @Test
  void aDeviceStaysLockedAsLongAsItsSessionMayStillCome() {
    node.listed = Set.of();
    assertThat(look()).isFalse();
    after(Duration.ofSeconds(119));
    assertThat(look()).isFalse();
    node.listed = Set.of(OWN);
    assertThat(look()).isTrue();
    assertThat(node.deleted).containsExactly(OWN);
  }

  @Test
  void aSessionThatCantComeAnyMoreIsNotWaitedFor() {
    node.listed = Set.of();
    assertThat(look()).isFalse();
    after(Duration.ofMinutes(2));
    assertThat(look()).isTrue();
  }

  @Test
  void onANodeThatListsNothingItsOwnTimeOutIsWaitedFor() {
    node.listed = null;
    assertThat(look()).isFalse();
    after(Duration.ofMinutes(4));
    assertThat(look()).isFalse();
    after(Duration.ofMinutes(1));
    assertThat(look()).isTrue();
  }

  @Test
  void aCreationThatMayGoOnHoldsItsDeviceAsLongAsASessionMayBeSilent() {
    node.listed = Set.of(OWN);
    assertThat(unclaimed.timedOut(DEAD)).isFalse();
    after(Duration.ofMinutes(59));
    assertThat(unclaimed.timedOut(DEAD)).isFalse();
    after(Duration.ofMinutes(1));
    assertThat(unclaimed.timedOut(DEAD)).isTrue();
    assertThat(node.deleted).isEmpty();
    assertThat(unclaimed.timedOut(DEAD)).as("a new lock begins anew").isFalse();
  }

  /** As after a restart, or on another replica: this process hasn't seen the lock before. */
  @Test
  void theLimitsOfALockCountFromItsExpiryWhoeverLooks() {
    node.listed = Set.of();
    assertThat(look(limited(Duration.ofSeconds(599)))).isFalse();
    after(Duration.ofHours(2));
    assertThat(look(limited(Duration.ofSeconds(599)))).isFalse();
    assertThat(look(limited(Duration.ofMinutes(10)))).isTrue();
  }

  @Test
  void theLimitsOfALockApplyWhereNothingIsListed() {
    node.listed = null;
    assertThat(look(limited(Duration.ofSeconds(2_399)))).isFalse();
    assertThat(unclaimed.timedOut(limited(Duration.ofSeconds(2_399)))).isFalse();
    assertThat(look(limited(Duration.ofMinutes(40)))).isTrue();
    assertThat(unclaimed.timedOut(limited(Duration.ofMinutes(40)))).isTrue();
  }

  @Test
  void aListedSessionOfALockWithLimitsIsEndedAtOnceAlsoAfterThem() {
    node.listed = Set.of(OWN);
    assertThat(look(limited(Duration.ofDays(1)))).isTrue();
    assertThat(node.deleted).containsExactly(OWN);
  }

  @Test
  void aSessionThatCouldNotBeDeletedIsTriedAgain() {
    node.listed = Set.of(OWN);
    node.obeys = false;
    assertThat(look()).isFalse();
    node.obeys = true;
    assertThat(look()).isTrue();
    assertThat(node.deleted).containsExactly(OWN, OWN);
  }

  private static final class FakeNode implements NodeSessions {
    private final List<SessionId> deleted = new ArrayList<>();
    private @Nullable Set<SessionId> listed = Set.of();
    private boolean obeys = true;

    @Override
    public CompletionStage<Boolean> deleteUnusable(NodeId node, String id) {
      throw new UnsupportedOperationException("no id here is unusable");
    }

    @Override
    public CompletionStage<Boolean> delete(NodeId asked, SessionId session) {
      deleted.add(session);
      return done(obeys);
    }

    @Override
    public CompletionStage<LeftoverSession> deleteLeftOver(NodeId asked, String attempt) {
      return done(LeftoverSession.UNDETERMINED);
    }

    @Override
    public CompletionStage<Optional<Set<SessionId>>> listed(NodeId asked) {
      return done(Optional.ofNullable(listed));
    }

    @Override
    public CompletionStage<Optional<Boolean>> has(NodeId asked, SessionId session) {
      return done(Optional.empty());
    }
  }
}
