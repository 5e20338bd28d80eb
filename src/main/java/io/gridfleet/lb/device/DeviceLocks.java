package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * Who holds which slot: a port over facts that survive a crash. A slot has one holder at the most,
 * whatever number of replicas ask. Every stage fails with the store's own exception when the store
 * can't be reached.
 */
public interface DeviceLocks {

  /**
   * Takes one free slot of a device for an attempt, or says at once why not. However many replicas
   * ask at the same time for sessions of one tenant, it never gets more than its quota.
   *
   * @param freeFor only a slot that has been free for so long, by the store's clock, is taken: it
   *     wasn't wanted by those who go before this request
   */
  CompletionStage<LockResult> tryLock(LockRequest options, Duration freeFor);

  /** Takes a slot however short it has been free. */
  default CompletionStage<LockResult> tryLock(LockRequest options) {
    return tryLock(options, Duration.ZERO);
  }

  /** Takes a slot for an attempt of a caller without limits; empty when there is none for it. */
  default CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Optional<String> run, Duration expiry) {
    Quota unlimited = new Quota("", OptionalInt.empty());
    return tryLock(new LockRequest(device, slots, attempt, run, unlimited, expiry))
        .thenApply(
            answer ->
                answer instanceof LockResult.Taken taken
                    ? Optional.of(taken.lock())
                    : Optional.empty());
  }

  /** As above, for an attempt of no run. */
  default CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Duration expiry) {
    return tryLock(device, slots, attempt, Optional.empty(), expiry);
  }

  /** How many slots are held for sessions of a tenant, on all replicas. */
  CompletionStage<Integer> heldFor(String tenant);

  /** Takes one free slot for an operator; it stands until it is released. */
  CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator);

  /**
   * Sets the expiry of these attempts' locks anew.
   *
   * @return those that are no longer held
   */
  CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry);

  /**
   * Frees a slot if this very lock still holds it: an attempt's, an operator's, or that of a
   * session which has ended. A live session's lock goes with its session only.
   *
   * @return false when it was not held by this lock any more
   */
  CompletionStage<Boolean> release(DeviceLock lock);

  /** All that is held now, for start-up, sweeps and people. */
  CompletionStage<List<HeldLock>> held();
}
