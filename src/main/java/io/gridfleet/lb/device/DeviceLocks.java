package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Who holds which slot: a port over facts that survive a crash. A slot has one holder at the most,
 * whatever number of replicas ask. Every stage fails with the store's own exception when the store
 * can't be reached.
 */
public interface DeviceLocks {

  /**
   * Takes one free slot of a device for an attempt, or answers empty at once: when no slot is free,
   * and when the device isn't in the reservation that the request belongs to.
   *
   * @param slots how many slots the device has
   * @param attempt the attempt's own idempotency key: it stays in the row, so that whoever cleans
   *     up after a dead replica can ask the node about it
   * @param run the run that the request belongs to: it gets devices of this run only, and without
   *     one only devices that no run has
   * @param expiry how long the lock stands unless it is renewed
   */
  CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Optional<String> run, Duration expiry);

  /** Takes a slot for an attempt of no run. */
  default CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Duration expiry) {
    return tryLock(device, slots, attempt, Optional.empty(), expiry);
  }

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
