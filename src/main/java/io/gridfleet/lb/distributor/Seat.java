package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A device as the distributor sees it now: what holds its slots and what hinders it. Guarded by the
 * distributor's lock.
 */
public final class Seat {
  /** How many sessions all devices of a node have; one object for all its seats. */
  static final class NodeSessions {
    private int count;

    int count() {
      return count;
    }
  }

  private final int index;
  private final TreeMap<Integer, HeldLock> held = new TreeMap<>();
  private final Map<Integer, Long> lastFreed = new HashMap<>();
  private Instant freedAt = Instant.MIN;
  private int timesFreed;
  private final Set<Integer> takenSinceAsked = new HashSet<>();
  private Device device;

  /** Of the device, kept here: a pick compares thousands of seats and looks at no other object. */
  private int rank;

  private long idStart;
  private NodeSessions nodeSessions;
  private int pending;
  private int recentFailures;
  private boolean draining;
  private boolean leftToOthers;
  private @Nullable String offline;
  private @Nullable String maintenance;
  private @Nullable String reservedBy;
  private @Nullable Instant coolingUntil;
  private @Nullable Instant avoidedUntil;
  private String avoidedFor = "";

  Seat(int index, Device device, NodeSessions nodeSessions) {
    this.index = index;
    this.nodeSessions = nodeSessions;
    describe(device);
  }

  private void describe(Device newer) {
    device = newer;
    rank = newer.rank();
    idStart = newer.id().start();
  }

  int index() {
    return index;
  }

  public Device device() {
    return device;
  }

  int rank() {
    return rank;
  }

  /** Orders most devices as their ids do. */
  long idStart() {
    return idStart;
  }

  int recentFailures() {
    return recentFailures;
  }

  NodeSessions nodeSessions() {
    return nodeSessions;
  }

  void replace(Device newer, NodeSessions itsNode) {
    nodeSessions.count -= sessions();
    itsNode.count += sessions();
    describe(newer);
    nodeSessions = itsNode;
    draining = false;
  }

  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  boolean empty() {
    return pending == 0 && held.isEmpty();
  }

  /** Sessions on the device, those that are starting included. */
  int sessions() {
    return pending + held.size();
  }

  void verify(long asked) {
    Invariant.holds(pending == asked, device.id() + " has other slots pending than asked for");
  }

  void offline(@Nullable String cause) {
    offline = cause;
  }

  void facts(DeviceFacts known) {
    maintenance = known.maintenance();
    reservedBy = known.reservedBy();
    coolingUntil = known.coolingUntil();
    avoidedUntil = known.avoidedUntil();
    avoidedFor = known.avoidedFor();
  }

  void failed() {
    recentFailures++;
  }

  void succeeded() {
    recentFailures = 0;
  }

  void taking() {
    pending++;
    nodeSessions.count++;
  }

  void notTaken() {
    Invariant.holds(pending > 0, "a slot that nobody asked for wasn't taken");
    pending--;
    nodeSessions.count--;
  }

  void taken(HeldLock lock) {
    Invariant.holds(pending > 0, "a slot that nobody asked for was taken");
    pending--;
    hold(lock);
    nodeSessions.count--;
  }

  /** Notes that what the lock was taken for has begun. */
  void stands(HeldLock session) {
    int slot = session.lock().slot();
    HeldLock taken = held.get(slot);
    if (taken != null && taken.lock().token() == session.lock().token()) {
      held.put(slot, session);
    }
  }

  /** Notes a lock, whoever took it. */
  void hold(HeldLock lock) {
    takenSinceAsked.add(lock.lock().slot());
    if (held.put(lock.lock().slot(), lock) == null) {
      nodeSessions.count++;
    }
  }

  /** Notes that a lock is gone; an older lock on the slot doesn't free a newer one. */
  boolean freed(int slot, long token, Instant now) {
    Long before = lastFreed.put(slot, Math.max(token, lastFreed.getOrDefault(slot, 0L)));
    if (before == null || before < token) {
      freedAt = now;
      timesFreed++;
    }
    HeldLock lock = held.get(slot);
    if (lock == null || lock.lock().token() > token) {
      return false;
    }
    held.remove(slot);
    nodeSessions.count--;
    return true;
  }

  /** When a slot got free last, as far as was heard; long ago if none did. */
  Instant freedAt() {
    return freedAt;
  }

  /** How often it was heard that a slot got free. */
  int timesFreed() {
    return timesFreed;
  }

  /**
   * Notes that another replica holds a slot that looked free; which one, and for what, the store's
   * facts say later.
   */
  void holdElsewhere(Instant now) {
    for (int slot = 0; slot < device.slots(); slot++) {
      if (!held.containsKey(slot)) {
        DeviceLock unknown = new DeviceLock(device.id(), slot, "another replica", 0);
        hold(new HeldLock(unknown, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
        return;
      }
    }
  }

  /**
   * Notes that another replica has taken a slot, unless that was heard to be over already.
   *
   * @return whether it is news
   */
  boolean takenElsewhere(int slot, long token, Instant now) {
    HeldLock known = held.get(slot);
    boolean isNews =
        (known == null || known.lock().token() < token) && lastFreed.getOrDefault(slot, 0L) < token;
    if (isNews) {
      DeviceLock lock = new DeviceLock(device.id(), slot, "another replica", token);
      hold(new HeldLock(lock, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
    }
    return isNews;
  }

  /** Drops what was only guessed of other replicas' locks. */
  void forgetElsewhere() {
    int before = held.size();
    held.values().removeIf(lock -> lock.lock().token() == 0);
    nodeSessions.count -= before - held.size();
  }

  /** A copy, for what is computed without the distributor's lock. */
  SeatState state() {
    return new SeatState(
        index,
        device,
        held(),
        freeSlots() > 0,
        reservedBy(),
        new SeatState.Service(offline, maintenance, draining),
        new SeatState.Rest(coolingUntil, avoidedUntil, avoidedFor));
  }

  /** Whether it serves at all: nothing hinders it that doesn't end with a session. */
  boolean inService(Instant now) {
    return offline == null && maintenance == null && !draining && !cooling(now);
  }

  /** From now on {@link #heldAre} doesn't know what is taken. */
  void storeIsAsked() {
    takenSinceAsked.clear();
  }

  /**
   * Takes over what the store said is held; what was taken or freed after it was asked stays, and
   * so do locks in flight.
   */
  void heldAre(List<HeldLock> locks) {
    nodeSessions.count -= held.size();
    held.keySet().retainAll(takenSinceAsked);
    for (HeldLock each : locks) {
      DeviceLock lock = each.lock();
      if (lock.token() > lastFreed.getOrDefault(lock.slot(), 0L)) {
        held.merge(lock.slot(), each, (known, told) -> isNewer(known, told) ? known : told);
      }
    }
    nodeSessions.count += held.size();
  }

  private static boolean isNewer(HeldLock known, HeldLock told) {
    return known.lock().token() > told.lock().token();
  }

  List<HeldLock> held() {
    return List.copyOf(held.values());
  }

  /** Leaves what is free to requests of other replicas, which have waited longer. */
  void leftToOthers(boolean left) {
    leftToOthers = left;
  }

  boolean isLeftToOthers() {
    return leftToOthers;
  }

  int freeSlots() {
    return leftToOthers ? 0 : device.slots() - pending - held.size();
  }

  Optional<String> reservedBy() {
    return Optional.ofNullable(reservedBy);
  }

  boolean avoided(Instant now) {
    return avoidedUntil != null && now.isBefore(avoidedUntil);
  }

  boolean cooling(Instant now) {
    return coolingUntil != null && now.isBefore(coolingUntil);
  }

  /** Whether a request of this run, or of none, may have the device when it is free. */
  boolean admits(Question question, Instant now) {
    return !draining
        && maintenance == null
        && (offline == null || question.named().isPresent())
        && question.run().equals(Optional.ofNullable(reservedBy))
        && !cooling(now);
  }
}
