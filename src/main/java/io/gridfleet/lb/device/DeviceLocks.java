package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * The locks on device slots; a port over durable storage. A slot has at most one holder across all
 * replicas. Stages fail with the store's exception if the store is unavailable.
 */
public interface DeviceLocks {

  /**
   * Locks one free slot of a device for an attempt, or returns at once why not. A tenant never
   * exceeds its quota, even when replicas lock concurrently.
   *
   * <p>Other replicas receive {@link FleetSignal.Taken} if requests wait there or the tenant has a
   * quota. A store that sends it in the transaction that locks needs no {@link
   * FleetSignals#committed}.
   */
  CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere);

  /** Locks a slot for which no other replica has a request. */
  default CompletionStage<LockResult> tryLock(LockRequest options) {
    return tryLock(options, RemoteWaiters.NONE);
  }

  /**
   * The requests that wait on other replicas.
   *
   * @param freeFor only a slot that has been free for this long, by the store's clock, is taken, so
   *     that those ahead of this request get it first
   * @param any whether any waits, ahead or not
   */
  record RemoteWaiters(Duration freeFor, boolean any) {
    public static final RemoteWaiters NONE = new RemoteWaiters(Duration.ZERO, false);
  }

  /** Locks a slot for an attempt of a caller without a quota; empty if none is free. */
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

  /** As above, for an attempt without a run. */
  default CompletionStage<Optional<DeviceLock>> tryLock(
      DeviceId device, int slots, String attempt, Duration expiry) {
    return tryLock(device, slots, attempt, Optional.empty(), expiry);
  }

  /** Returns the number of slots locked for sessions of a tenant, on all replicas. */
  CompletionStage<Integer> heldFor(String tenant);

  /** Locks one free slot for an operator, without expiry. */
  CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator);

  /**
   * Renews the expiry of attempts' locks.
   *
   * @return those that are no longer held
   */
  CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry);

  /**
   * Frees a slot if exactly this lock still holds it: an attempt's, an operator's, or that of a
   * session which has ended. A live session's lock is freed only with its session.
   *
   * @return false if this lock didn't hold it any more
   */
  CompletionStage<Boolean> release(DeviceLock lock);

  /** Returns all current locks, for start-up, sweeps and views. */
  CompletionStage<List<HeldLock>> held();
}
