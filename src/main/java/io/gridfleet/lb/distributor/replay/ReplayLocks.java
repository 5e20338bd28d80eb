package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The locks of a replay, in memory and without expiry. Quotas and reservations are checked by the
 * distributor alone, because it is the only one. Confined to the thread of the replay.
 */
final class ReplayLocks implements DeviceLocks {
  private final Map<DeviceId, BitSet> taken = new HashMap<>();
  private long token;

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest request, RemoteWaiters elsewhere) {
    return CompletableFuture.completedFuture(
        take(request.device(), request.slots(), request.attempt())
            .<LockResult>map(LockResult.Taken::new)
            .orElseGet(LockResult.NotFree::new));
  }

  /** Locks a free slot; empty if there is none. */
  Optional<DeviceLock> take(DeviceId device, int slots, String holder) {
    BitSet used = taken.computeIfAbsent(device, id -> new BitSet());
    int slot = used.nextClearBit(0);
    if (slot >= slots) {
      return Optional.empty();
    }
    used.set(slot);
    return Optional.of(new DeviceLock(device, slot, holder, ++token));
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    BitSet used = taken.get(lock.device());
    boolean held = used != null && used.get(lock.slot());
    if (used != null) {
      used.clear(lock.slot());
    }
    return CompletableFuture.completedFuture(held);
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    throw new UnsupportedOperationException("not used by a distributor");
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    throw new UnsupportedOperationException("not used by a distributor");
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    throw new UnsupportedOperationException("not used by a distributor");
  }
}
