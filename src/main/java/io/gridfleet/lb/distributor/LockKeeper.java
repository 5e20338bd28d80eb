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
 *
 * <p>States of a lock: acquired (in {@link #kept}, not renewed), renewed, not kept. {@link
 * #tryLock} enters it as acquired before its caller receives it, so that {@link #keep} finds it;
 * {@link #keep} has it renewed; its release, the session that takes it over, and a renewal that
 * reports it lost remove it. One that was acquired and never used, because of a bug, is removed
 * when it has expired. A renewed one isn't removed because of its age: the store holds an expired
 * lock for its holder until a sweep claims it, so that a renewal after an outage revives it.
 *
 * <p>Threads: any. The answers of the store are applied by its threads, the renewal is started by
 * the timer, and {@link #surelyHolds} is called by event loops. No lock: each change is one atomic
 * operation on an entry, and no two entries depend on each other. An answer to a renewal applies to
 * an entry only if that still exists, so that it can't bring back a lock that was released after
 * the renewal was sent.
 *
 * <p>Nothing here excludes two holders of a slot; the store does, by the fencing token, in each
 * statement about a lock. {@link #surelyHolds} only saves a node a session that couldn't be
 * published. It assumes that the clocks of this process and of the store run at the same rate: of a
 * machine that is suspended with its monotonic clock it may be true for too long.
 *
 * <p>Bound: one entry for each attempt of this replica that holds a lock.
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
   * @param asked when the last successful request to the store was sent; the store counts the
   *     expiry from when it executed the request, which is later, so that the difference adds to
   *     the margin
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

  /**
   * Locks a slot, as {@link DeviceLocks#tryLock}. If the answer is lost, the slot may be locked and
   * isn't kept here: the lock expires, and a sweep frees it.
   */
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

  /**
   * Frees the slot, as {@link DeviceLocks#release}. Renewal ends first, so that a lock whose
   * release doesn't reach the store expires.
   */
  CompletionStage<Boolean> release(DeviceLock lock) {
    stopRenewing(lock);
    return locks.release(lock);
  }

  /**
   * Renews a lock from now on, until {@link #stopRenewing}. No effect on a lock that has expired
   * unused: its attempt finds that by {@link #surelyHolds}.
   */
  public void keep(DeviceLock lock) {
    kept.computeIfPresent(lock, (key, known) -> known.begun());
  }

  public void stopRenewing(DeviceLock lock) {
    kept.remove(lock);
  }

  /**
   * Returns whether the lock can't have expired, by the store's last answer. False doesn't mean
   * that it has: a renewal may have been executed whose answer was lost.
   */
  public boolean surelyHolds(DeviceLock lock) {
    Kept known = kept.get(lock);
    return known != null && age(known) < expiry.minus(expiry.dividedBy(MARGIN_PART)).toNanos();
  }

  private long age(Kept known) {
    return nanos.getAsLong() - known.asked();
  }

  /**
   * Renews all locks of attempts that have begun. Doesn't wait for the answer of the renewal
   * before: the store executes renewals in order, and one that is late only repeats it.
   */
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
