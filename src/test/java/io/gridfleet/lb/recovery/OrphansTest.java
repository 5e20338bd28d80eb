package io.gridfleet.lb.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.OrphanedLocks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The clean-up of locks without an owner, on devices that left the inventory. */
final class OrphansTest {
  private static final ExpiredLock ORPHAN =
      new ExpiredLock(
          new DeviceLock(DeviceId.of("phone"), 0, "dead", 1),
          Kind.ATTEMPT,
          Instant.EPOCH,
          Instant.EPOCH);

  private final FakeOrphanedLocks locks = new FakeOrphanedLocks();
  private final List<DeviceLock> freed = new ArrayList<>();
  private final Orphans orphans = new Orphans(locks, null, new Inventory(), null, freed::add);

  @Test
  void oneWhoseWriteFailedIsFinishedBeforeItsClaimExpires() {
    locks.gone = true;
    orphans.sweep();
    orphans.sweep();
    assertThat(freed).isEmpty();

    locks.gone = false;
    orphans.sweep();
    assertThat(freed).containsExactly(ORPHAN.lock());

    orphans.sweep();
    assertThat(freed).as("once").hasSize(1);
  }

  /** Returns the orphan once, as its claim does. */
  private static final class FakeOrphanedLocks implements OrphanedLocks {
    private boolean claimed;
    private boolean gone;

    @Override
    public CompletionStage<List<ExpiredLock>> claimExpired(int most, Duration claim) {
      List<ExpiredLock> found = claimed ? List.of() : List.of(ORPHAN);
      claimed = true;
      return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletionStage<Boolean> cleaned(ExpiredLock lock) {
      return gone
          ? CompletableFuture.failedFuture(new IllegalStateException("the store is gone"))
          : CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<Void> notCleaned(ExpiredLock lock, Duration pause) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<DeviceLock>> attemptsUnderWay() {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Integer> expireWithoutSession() {
      return CompletableFuture.completedFuture(0);
    }
  }
}
