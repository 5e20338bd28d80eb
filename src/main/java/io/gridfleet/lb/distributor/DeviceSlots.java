package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
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

/**
 * What holds the slots of one device: locks that are known, of this replica and of others, and
 * locks that are asked for (pending). Guarded by the distributor's lock.
 *
 * <p>News may come in any order, and twice: a lock's token grows with each lock on its slot, so
 * that news of an older lock changes nothing about a newer one. A lock with the token 0 is a guess:
 * the store said that the slot is held, and not by whom.
 *
 * <p>Invariant: the node's count is the sum of what is held and pending on its devices.
 */
final class DeviceSlots {
  /** How many sessions all devices of a node have; one object for all its seats. */
  static final class NodeSessions {
    private int count;

    int count() {
      return count;
    }
  }

  private final TreeMap<Integer, HeldLock> held = new TreeMap<>();

  /** The newest token that was heard to be over, of each slot. */
  private final Map<Integer, Long> lastFreed = new HashMap<>();

  /** Slots that were taken after the store was asked for all locks. */
  private final Set<Integer> takenSinceAsked = new HashSet<>();

  private Instant freedAt = Instant.MIN;
  private int timesFreed;
  private int pending;
  private NodeSessions nodeSessions;

  DeviceSlots(NodeSessions nodeSessions) {
    this.nodeSessions = nodeSessions;
  }

  NodeSessions nodeSessions() {
    return nodeSessions;
  }

  /** The device is on another node now. */
  void moveTo(NodeSessions node) {
    nodeSessions.count -= sessions();
    node.count += sessions();
    nodeSessions = node;
  }

  boolean empty() {
    return sessions() == 0;
  }

  /** Sessions on the device, those that are starting included. */
  int sessions() {
    return pending + held.size();
  }

  int pending() {
    return pending;
  }

  void taking() {
    pending++;
    nodeSessions.count++;
  }

  void cancel() {
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
  void freed(int slot, long token, Instant now) {
    Long before = lastFreed.put(slot, Math.max(token, lastFreed.getOrDefault(slot, 0L)));
    if (before == null || before < token) {
      freedAt = now;
      timesFreed++;
    }
    HeldLock lock = held.get(slot);
    if (lock != null && lock.lock().token() <= token) {
      held.remove(slot);
      nodeSessions.count--;
    }
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
  void holdElsewhere(Device device, Instant now) {
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
  boolean takenElsewhere(DeviceId device, int slot, long token, Instant now) {
    HeldLock known = held.get(slot);
    boolean isNews =
        (known == null || known.lock().token() < token) && lastFreed.getOrDefault(slot, 0L) < token;
    if (isNews) {
      DeviceLock lock = new DeviceLock(device, slot, "another replica", token);
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
}
