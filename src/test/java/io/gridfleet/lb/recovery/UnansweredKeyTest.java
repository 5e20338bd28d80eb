package io.gridfleet.lb.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** An Appium server that answers, but never under the key of a dead replica's attempt. */
final class UnansweredKeyTest {
  private static final Duration MAX_IDLE = Duration.ofHours(1);

  private final Device phone = NewSessionLab.phone("phone", "Android");
  private final ExpiredLock orphan =
      new ExpiredLock(
          new DeviceLock(phone.id(), 0, "dead", 1), Kind.ATTEMPT, Instant.EPOCH, Instant.EPOCH);

  private final AtomicLong nanos = new AtomicLong();
  private final List<DeviceLock> freed = new ArrayList<>();
  private LeftoverSession answer = LeftoverSession.UNANSWERED;

  @Test
  void itsDeviceIsFreeWhenItsSessionHasTimedOutAndNotBefore() {
    Orphans orphans = orphans();
    orphans.sweep();
    nanos.addAndGet(MAX_IDLE.minusSeconds(1).toNanos());
    orphans.sweep();
    assertThat(freed).isEmpty();

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    orphans.sweep();
    assertThat(freed).containsExactly(orphan.lock());
  }

  @Test
  void aServerThatIsAwayKeepsItsDeviceLocked() {
    answer = LeftoverSession.UNREACHABLE;
    Orphans orphans = orphans();
    orphans.sweep();
    nanos.addAndGet(MAX_IDLE.multipliedBy(2).toNanos());
    orphans.sweep();
    assertThat(freed).isEmpty();

    answer = LeftoverSession.NONE;
    orphans.sweep();
    assertThat(freed).containsExactly(orphan.lock());
  }

  private Orphans orphans() {
    Inventory inventory = new Inventory();
    inventory.replace(List.of(phone));
    NodeSessions node = new OneAnswer();
    UnclaimedSessions unclaimed =
        new UnclaimedSessions(
            node,
            new UnclaimedSessions.Known() {
              @Override
              public CompletionStage<Set<DeviceLock>> attemptsOn(NodeId asked) {
                return done(Set.of());
              }

              @Override
              public CompletionStage<Set<SessionId>> liveSessions() {
                return done(Set.of());
              }
            },
            new SessionRecovery.Patience(Duration.ofMinutes(2), Duration.ofMinutes(5), MAX_IDLE),
            nanos::get);
    return new Orphans(new OneOrphan(), node, inventory, unclaimed, freed::add);
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  /** Gives the orphan out at each sweep until it is cleaned. */
  private final class OneOrphan implements OrphanedLocks {
    private boolean cleaned;

    @Override
    public CompletionStage<List<ExpiredLock>> claimExpired(int most, Duration claim) {
      return done(cleaned ? List.of() : List.of(orphan));
    }

    @Override
    public CompletionStage<Boolean> cleaned(ExpiredLock lock) {
      cleaned = true;
      return done(true);
    }

    @Override
    public CompletionStage<Void> notCleaned(ExpiredLock lock, Duration pause) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<DeviceLock>> attemptsUnderWay() {
      return done(List.of());
    }

    @Override
    public CompletionStage<Integer> expireWithoutSession() {
      return done(0);
    }
  }

  private final class OneAnswer implements NodeSessions {
    @Override
    public CompletionStage<Boolean> delete(NodeId asked, SessionId session) {
      return done(true);
    }

    @Override
    public CompletionStage<Boolean> deleteUnusable(NodeId asked, String id) {
      return done(true);
    }

    @Override
    public CompletionStage<LeftoverSession> deleteLeftOver(NodeId asked, String attempt) {
      return done(answer);
    }

    @Override
    public CompletionStage<Optional<Set<SessionId>>> listed(NodeId asked) {
      return done(Optional.empty());
    }

    @Override
    public CompletionStage<Optional<Boolean>> has(NodeId asked, SessionId session) {
      return done(Optional.empty());
    }
  }
}
