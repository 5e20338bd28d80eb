package io.gridfleet.lb.device;

import io.gridfleet.lb.lab.StoreLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Locks in memory, with the guarantees of the port; they fail only on request. */
public final class FakeDeviceLocks implements DeviceLocks {
  private record Slot(DeviceId device, int number) {}

  private final Map<Slot, HeldLock> held = new HashMap<>();
  private final Map<Slot, Instant> freed = new HashMap<>();

  /** Locks that a sweep has claimed, and until when no other sweep may. */
  private final Map<Slot, Instant> claims = new HashMap<>();

  private final Map<DeviceId, String> reserved = new HashMap<>();
  private final Map<DeviceLock, String> tenants = new HashMap<>();
  private final InstantSource clock;
  private long token;
  private boolean gone;
  private boolean expiredStand;
  private @Nullable StoreLink link;
  private @Nullable LockRequest lastRequest;

  public FakeDeviceLocks(InstantSource clock) {
    this.clock = clock;
  }

  /** Sets the link of further calls; calls of tests themselves bypass it. */
  public void link(StoreLink way) {
    link = way;
  }

  private <T> CompletionStage<T> called(String name, Supplier<CompletionStage<T>> work) {
    return link == null ? work.get() : link.call("locks." + name, work);
  }

  /** Sets whether an expired lock keeps its slot until a sweep has freed it, as in a real store. */
  public synchronized void expiredStand(boolean stand) {
    expiredStand = stand;
  }

  /** Sets whether the store is unavailable; nothing is locked then. */
  public synchronized void gone(boolean isGone) {
    gone = isGone;
  }

  /** Sets or ends a stored reservation without a signal. */
  public synchronized void reservedBy(DeviceId device, Optional<String> run) {
    run.ifPresentOrElse(id -> reserved.put(device, id), () -> reserved.remove(device));
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    return called("tryLock", () -> lock(options, elsewhere.freeFor()));
  }

  /** Returns the latest request for a lock that arrived. */
  public synchronized Optional<LockRequest> lastRequest() {
    return Optional.ofNullable(lastRequest);
  }

  private synchronized CompletionStage<LockResult> lock(LockRequest options, Duration freeFor) {
    lastRequest = options;
    if (gone) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("unavailable, as configured"));
    }
    int sessions = sessionsOf(options.quota().tenant());
    if (sessions >= options.quota().mostSessions().orElse(Integer.MAX_VALUE)) {
      return CompletableFuture.completedFuture(new LockResult.OverQuota(sessions));
    }
    if (!options.run().equals(Optional.ofNullable(reserved.get(options.device())))) {
      return CompletableFuture.completedFuture(new LockResult.NotFree());
    }
    Optional<Instant> expires = Optional.of(clock.instant().plus(options.expiry()));
    return CompletableFuture.completedFuture(
        freeSlot(options.device(), options.slots(), freeFor)
            .map(slot -> take(slot, options.attempt(), HeldLock.Kind.ATTEMPT, expires))
            .<LockResult>map(lock -> taken(lock, options.quota().tenant()))
            .orElseGet(LockResult.NotFree::new));
  }

  private LockResult taken(DeviceLock lock, String tenant) {
    tenants.put(lock, tenant);
    return new LockResult.Taken(lock);
  }

  private int sessionsOf(String tenant) {
    return (int)
        held.values().stream().filter(each -> tenant.equals(tenants.get(each.lock()))).count();
  }

  @Override
  public synchronized CompletionStage<Integer> heldFor(String tenant) {
    return CompletableFuture.completedFuture(sessionsOf(tenant));
  }

  @Override
  public synchronized CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    return CompletableFuture.completedFuture(
        freeSlot(device, slots, Duration.ZERO)
            .map(slot -> take(slot, operator, HeldLock.Kind.OPERATOR, Optional.empty())));
  }

  private Optional<Slot> freeSlot(DeviceId device, int slots, Duration freeFor) {
    return IntStream.range(0, slots)
        .mapToObj(number -> new Slot(device, number))
        .filter(slot -> !isHeld(slot))
        .filter(
            slot ->
                !freed.containsKey(slot)
                    || !clock.instant().isBefore(freed.get(slot).plus(freeFor)))
        .findFirst();
  }

  private boolean isHeld(Slot slot) {
    HeldLock now = held.get(slot);
    return now != null && (expiredStand || !isExpired(now));
  }

  private boolean isExpired(HeldLock lock) {
    return lock.expires().filter(end -> !clock.instant().isBefore(end)).isPresent();
  }

  /**
   * Claims locks that have expired, as a sweep does in a real store: from here on such a lock can
   * neither be renewed nor published nor released, only {@link #cleaned}.
   */
  public synchronized List<HeldLock> claimExpired(Duration claim) {
    List<HeldLock> found =
        held.values().stream()
            .filter(this::isExpired)
            .filter(lock -> !clock.instant().isBefore(claimedUntil(lock)))
            .toList();
    found.forEach(lock -> claims.put(slot(lock.lock()), clock.instant().plus(claim)));
    return found;
  }

  private Instant claimedUntil(HeldLock lock) {
    return claims.getOrDefault(slot(lock.lock()), Instant.MIN);
  }

  /** Frees the slot of a claimed lock. */
  public synchronized void cleaned(HeldLock claimed) {
    Slot slot = slot(claimed.lock());
    if (claims.remove(slot) != null) {
      held.remove(slot);
      freed.put(slot, clock.instant());
    }
  }

  /** The next sweep may claim the lock again after a pause; nothing else may have it before. */
  public synchronized void notCleaned(HeldLock claimed, Duration pause) {
    claims.computeIfPresent(slot(claimed.lock()), (slot, until) -> clock.instant().plus(pause));
  }

  private static Slot slot(DeviceLock lock) {
    return new Slot(lock.device(), lock.slot());
  }

  /** The lock as it is held, unless the slot is free, another lock's, or claimed by a sweep. */
  private @Nullable HeldLock unclaimed(DeviceLock lock) {
    HeldLock now = held.get(slot(lock));
    return now == null || now.lock().token() != lock.token() || claims.containsKey(slot(lock))
        ? null
        : now;
  }

  private DeviceLock take(Slot slot, String holder, HeldLock.Kind kind, Optional<Instant> expires) {
    DeviceLock lock = new DeviceLock(slot.device(), slot.number(), holder, ++token);
    held.put(slot, new HeldLock(lock, kind, clock.instant(), expires));
    return lock;
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return called("renew", () -> renewed(locks, expiry));
  }

  private synchronized CompletionStage<List<DeviceLock>> renewed(
      List<DeviceLock> locks, Duration expiry) {
    List<DeviceLock> lost = new ArrayList<>();
    for (DeviceLock lock : locks) {
      HeldLock now = unclaimed(lock);
      if (now == null || !now.lock().equals(lock)) {
        lost.add(lock);
      } else if (now.kind() == HeldLock.Kind.ATTEMPT) {
        Optional<Instant> end = Optional.of(clock.instant().plus(expiry));
        held.put(slot(lock), new HeldLock(lock, now.kind(), now.since(), end));
      }
    }
    return CompletableFuture.completedFuture(lost);
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return called("release", () -> released(lock));
  }

  /** Frees a slot that was cleaned up. */
  public synchronized void free(DeviceLock lock) {
    released(lock);
  }

  /** A live session's lock goes with its session only. */
  private synchronized CompletionStage<Boolean> released(DeviceLock lock) {
    HeldLock now = unclaimed(lock);
    boolean holds = now != null && now.kind() != HeldLock.Kind.SESSION;
    if (holds) {
      held.remove(slot(lock));
      freed.put(slot(lock), clock.instant());
    }
    return CompletableFuture.completedFuture(holds);
  }

  /** Makes an attempt's lock a session's; false when it isn't held any more. */
  public synchronized boolean standsForSession(DeviceLock lock) {
    HeldLock now = unclaimed(lock);
    if (now == null || now.kind() != HeldLock.Kind.ATTEMPT) {
      return false;
    }
    held.put(slot(lock), new HeldLock(lock, HeldLock.Kind.SESSION, now.since(), Optional.empty()));
    return true;
  }

  /** Makes an attempt's or a session's lock one of a session that ends. */
  public synchronized void ends(DeviceLock lock, String session, Duration patience) {
    HeldLock now = unclaimed(lock);
    if (now != null) {
      DeviceLock ending = new DeviceLock(lock.device(), lock.slot(), session, lock.token());
      Optional<Instant> expires = Optional.of(clock.instant().plus(patience));
      held.put(slot(lock), new HeldLock(ending, HeldLock.Kind.ENDING, now.since(), expires));
    }
  }

  @Override
  public synchronized CompletionStage<List<HeldLock>> held() {
    return CompletableFuture.completedFuture(List.copyOf(held.values()));
  }
}
