package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acquires the locks of attempts, renews those of running attempts in one statement, and tracks by
 * a local clock how long each is certainly valid, also across a pause of the process. A lost lock
 * is logged; its attempt checks the lock before it calls its node and when it publishes.
 * Thread-safe.
 */
public final class LockKeeper {
  private static final Logger log = LoggerFactory.getLogger(LockKeeper.class);

  /** This part of the expiry is kept as margin for a request that is on its way to a node. */
  private static final int MARGIN_PART = 10;

  private final DeviceLocks locks;
  private final Duration expiry;
  private final LongSupplier nanos;
  private final Map<DeviceLock, Kept> kept = new ConcurrentHashMap<>();

  /**
   * A lock that was acquired here.
   *
   * @param asked when the last successful request to the store was sent
   * @param renewed whether its attempt has begun
   */
  private record Kept(long asked, boolean renewed) {
    Kept begun() {
      return new Kept(asked, true);
    }

    Kept since(long newer) {
      return new Kept(newer, renewed);
    }
  }

  /**
   * @param expiry how long a lock is valid unless it is renewed
   * @param nanos a monotonic clock, as {@link System#nanoTime}
   */
  public LockKeeper(DeviceLocks locks, Duration expiry, LongSupplier nanos) {
    this.locks = locks;
    this.expiry = expiry;
    this.nanos = nanos;
  }

  /** Starts renewal; a second call starts a second schedule. */
  public void start(ScheduledExecutorService timer, Duration every) {
    Timers.every(timer, every, "the renewal of locks", this::renew);
  }

  /** Locks a slot, as {@link DeviceLocks#tryLock}. */
  CompletionStage<LockResult> tryLock(
      Device device, PlacementRequest request, Optional<String> run, RemoteWaiters elsewhere) {
    long asked = nanos.getAsLong();
    LockRequest options =
        new LockRequest(
            device.id(),
            device.slots(),
            request.attempt(),
            run,
            request.quota(),
            new LockRequest.Times(expiry, request.attempts().session()));
    return locks
        .tryLock(options, elsewhere)
        .thenApply(
            answer -> {
              if (answer instanceof LockResult.Taken taken) {
                kept.put(taken.lock(), new Kept(asked, false));
              }
              return answer;
            });
  }

  /** Frees the slot, as {@link DeviceLocks#release}. */
  CompletionStage<Boolean> release(DeviceLock lock) {
    stopRenewing(lock);
    return locks.release(lock);
  }

  /** Renews a lock from now on, until {@link #stopRenewing}. */
  public void keep(DeviceLock lock) {
    kept.computeIfPresent(lock, (key, known) -> known.begun());
  }

  public void stopRenewing(DeviceLock lock) {
    kept.remove(lock);
  }

  /** Returns whether the lock can't have expired, by the store's last answer. */
  public boolean surelyHolds(DeviceLock lock) {
    Kept known = kept.get(lock);
    return known != null && age(known) < expiry.minus(expiry.dividedBy(MARGIN_PART)).toNanos();
  }

  private long age(Kept known) {
    return nanos.getAsLong() - known.asked();
  }

  void renew() {
    List<DeviceLock> renewed = new ArrayList<>();
    kept.forEach(
        (lock, known) -> {
          if (known.renewed()) {
            renewed.add(lock);
          } else if (age(known) > expiry.toNanos()) {
            kept.remove(lock, known);
          }
        });
    if (renewed.isEmpty()) {
      return;
    }
    long asked = nanos.getAsLong();
    try {
      locks
          .renew(renewed, expiry)
          .whenComplete(
              (lost, failure) -> {
                if (failure != null) {
                  log.warn("locks can't be renewed: {}", failure.toString());
                } else {
                  renewed(renewed, lost, asked);
                }
              });
    } catch (RuntimeException refused) {
      log.warn("locks can't be renewed: {}", refused.toString());
    }
  }

  /**
   * Applies an answer. The store may carry out a release or the end of a session before a renewal
   * that was sent earlier; such a lock isn't kept any more, and isn't lost.
   */
  private void renewed(List<DeviceLock> all, List<DeviceLock> lost, long asked) {
    lost.forEach(
        lock -> {
          if (kept.remove(lock) != null) {
            log.warn("the lock on device {} was lost", lock.device());
          }
        });
    all.forEach(lock -> kept.computeIfPresent(lock, (key, known) -> known.since(asked)));
  }
}
