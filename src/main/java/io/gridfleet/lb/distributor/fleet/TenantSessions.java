package io.gridfleet.lb.distributor.fleet;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Invariant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The number of sessions of each tenant, including starting and ending ones: exact for this
 * replica, for others as far as signals were received. The store enforces the quota when a lock is
 * requested. Guarded by the distributor's lock.
 */
public final class TenantSessions {
  private record Owner(long token, String tenant) {}

  private final Map<DeviceId, Map<Integer, Owner>> owners = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Set<String> quotaReached = new HashSet<>();
  private final Set<String> quotaFreed = new HashSet<>();

  /** Returns whether a lock may be requested for another session. */
  public boolean allows(Quota quota) {
    return quota.mostSessions().isEmpty()
        || (!quotaReached.contains(quota.tenant())
            && of(quota.tenant()) < quota.mostSessions().getAsInt());
  }

  public int of(String tenant) {
    return counts.getOrDefault(tenant, 0);
  }

  /** Counts a requested lock; {@link #confirm} or {@link #cancel} must follow. */
  void reserve(String tenant) {
    counts.merge(tenant, 1, Integer::sum);
  }

  void cancel(String tenant) {
    quotaFreed.add(tenant);
    counts.computeIfPresent(tenant, (name, count) -> count > 1 ? count - 1 : null);
  }

  /** Records the owner of a lock that {@link #reserve} has counted. */
  public void confirm(DeviceLock lock, String tenant) {
    Owner before = slots(lock.device()).put(lock.slot(), new Owner(lock.token(), tenant));
    if (before != null) {
      cancel(before.tenant());
    }
  }

  /** Counts a lock that wasn't requested here: another replica's, or one found in the store. */
  public void adopt(DeviceLock lock, String tenant) {
    reserve(tenant);
    confirm(lock, tenant);
  }

  private Map<Integer, Owner> slots(DeviceId device) {
    return owners.computeIfAbsent(device, id -> new HashMap<>(2));
  }

  /** Uncounts the owner of a slot. */
  public void freed(DeviceId device, int slot, long token) {
    Map<Integer, Owner> slots = owners.getOrDefault(device, Map.of());
    Owner owner = slots.get(slot);
    if (owner == null || owner.token() > token) {
      expireGuess();
      return;
    }
    slots.remove(slot);
    cancel(owner.tenant());
    quotaReached.remove(owner.tenant());
  }

  /** Remembers that the store refused a lock because of the tenant's quota. */
  public void quotaReached(String tenant) {
    quotaReached.add(tenant);
  }

  /** Expires all refusals, because a slot of an unknown tenant was freed or they are old. */
  public void expireGuess() {
    quotaFreed.addAll(quotaReached);
    quotaReached.clear();
  }

  /** Returns and clears the tenants whose count has decreased. */
  public Set<String> quotaFreed() {
    Set<String> all = Set.copyOf(quotaFreed);
    quotaFreed.clear();
    return all;
  }

  /** Replaces the owners of a device's slots. */
  void heldAre(DeviceId device, List<HeldLock> held) {
    Map<Integer, Owner> before = owners.remove(device);
    for (HeldLock each : held) {
      DeviceLock lock = each.lock();
      Owner known = before == null ? null : before.get(lock.slot());
      String tenant = known != null && known.token() == lock.token() ? known.tenant() : null;
      tenant = each.tenant().orElse(tenant);
      if (tenant != null) {
        adopt(lock, tenant);
      }
    }
    if (before != null) {
      before.values().forEach(owner -> cancel(owner.tenant()));
    }
  }

  /**
   * Checks that each tenant's count equals its held slots and requested locks.
   *
   * @param locking the tenant of each requested lock
   */
  void verify(Collection<String> locking) {
    Map<String, Integer> expected = new HashMap<>();
    owners
        .values()
        .forEach(
            slots -> slots.values().forEach(it -> expected.merge(it.tenant(), 1, Integer::sum)));
    locking.forEach(tenant -> expected.merge(tenant, 1, Integer::sum));
    Invariant.holds(expected.equals(counts), "tenants have " + expected + ", not " + counts);
  }
}
