package io.gridfleet.lb.distributor.fleet;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.Invariant;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The slots of one device: known locks of this and other replicas, and requested locks (pending).
 * Guarded by the distributor's lock.
 *
 * <p>Updates may arrive in any order, and twice: the token grows with each lock on a slot, so that
 * an update about an older lock doesn't affect a newer one. A lock with the token 0 is a guess: the
 * store reported that the slot is held, but not by whom.
 *
 * <p>Invariant: the node's count is the sum of held and pending slots of its devices.
 */
public final class DeviceSlots {
  /** The number of sessions on all devices of a node; shared by its devices. */
  public static final class NodeSessions {
    private int count;

    public int count() {
      return count;
    }
  }

  /** The queries for all locks, which may overlap; shared by all devices. */
  static final class LockQueries {
    private long started;

    /** Returns the number of a query that starts now. */
    long start() {
      return ++started;
    }
  }

  private final TreeMap<Integer, HeldLock> held = new TreeMap<>();

  /** The newest released token of each slot. */
  private final Map<Integer, Long> lastFreed = new HashMap<>();

  /** The newest query for all locks that had started when a slot was taken. */
  private final Map<Integer, Long> takenAfter = new HashMap<>();

  private final LockQueries queries;

  /** The newest query whose result was applied. */
  private long applied;

  private Instant freedAt = Instant.MIN;
  private int timesFreed;
  private int pending;
  private NodeSessions nodeSessions;

  DeviceSlots(NodeSessions nodeSessions, LockQueries queries) {
    this.queries = queries;
    this.nodeSessions = nodeSessions;
  }

  NodeSessions nodeSessions() {
    return nodeSessions;
  }

  /** Moves the device's sessions to the count of another node. */
  void moveTo(NodeSessions node) {
    nodeSessions.count -= sessions();
    node.count += sessions();
    nodeSessions = node;
  }

  public boolean empty() {
    return sessions() == 0;
  }

  /** Returns the number of sessions on the device, including starting ones. */
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
    Invariant.holds(pending > 0, "cancelled a slot that wasn't pending");
    pending--;
    nodeSessions.count--;
  }

  public void taken(HeldLock lock) {
    Invariant.holds(pending > 0, "took a slot that wasn't pending");
    pending--;
    hold(lock);
    nodeSessions.count--;
  }

  /** Replaces a lock by the session that it was taken for. */
  public void sessionPublished(HeldLock session) {
    int slot = session.lock().slot();
    HeldLock taken = held.get(slot);
    if (taken != null && taken.lock().token() == session.lock().token()) {
      held.put(slot, session);
    }
  }

  /** Adds a lock of this or another replica. */
  public void hold(HeldLock lock) {
    takenAfter.put(lock.lock().slot(), queries.started);
    if (held.put(lock.lock().slot(), lock) == null) {
      nodeSessions.count++;
    }
  }

  /** Removes a lock; an update about an older lock doesn't free a newer one. */
  public void freed(int slot, long token, Instant now) {
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

  /** Returns when a slot was last freed, as far as is known; {@link Instant#MIN} if none was. */
  public Instant freedAt() {
    return freedAt;
  }

  /** Returns how many releases of slots have been seen. */
  public int timesFreed() {
    return timesFreed;
  }

  /**
   * Marks a slot that looked free as held by another replica; a later query of the store returns
   * the holder.
   */
  public void holdElsewhere(Device device, Instant now) {
    for (int slot = 0; slot < device.slots(); slot++) {
      if (!held.containsKey(slot)) {
        DeviceLock unknown = new DeviceLock(device.id(), slot, "another replica", 0);
        hold(new HeldLock(unknown, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
        return;
      }
    }
  }

  /**
   * Adds a lock of another replica, unless its release has been seen already.
   *
   * @return whether anything changed
   */
  public boolean takenElsewhere(DeviceId device, int slot, long token, Instant now) {
    HeldLock known = held.get(slot);
    boolean isNews =
        (known == null || known.lock().token() < token) && lastFreed.getOrDefault(slot, 0L) < token;
    if (isNews) {
      DeviceLock lock = new DeviceLock(device, slot, "another replica", token);
      hold(new HeldLock(lock, HeldLock.Kind.ATTEMPT, now, Optional.empty()));
    }
    return isNews;
  }

  /** Removes guessed locks of other replicas. */
  public void removeGuessed() {
    int before = held.size();
    held.values().removeIf(lock -> lock.lock().token() == 0);
    nodeSessions.count -= before - held.size();
  }

  /**
   * Replaces the locks by the result of a query; what was taken or freed after the query started
   * stays, and so do pending locks. The result of a query that is older than the last one is
   * ignored.
   *
   * @param query its number
   */
  void heldAre(long query, List<HeldLock> locks) {
    if (query < applied) {
      return;
    }
    applied = query;
    nodeSessions.count -= held.size();
    held.keySet().removeIf(slot -> takenAfter.getOrDefault(slot, 0L) < query);
    for (HeldLock each : locks) {
      DeviceLock lock = each.lock();
      if (lock.token() > lastFreed.getOrDefault(lock.slot(), 0L)) {
        held.merge(
            lock.slot(), each, (known, queried) -> isNewer(known, queried) ? known : queried);
      }
    }
    nodeSessions.count += held.size();
  }

  private static boolean isNewer(HeldLock known, HeldLock queried) {
    return known.lock().token() > queried.lock().token();
  }

  List<HeldLock> held() {
    return List.copyOf(held.values());
  }
}
