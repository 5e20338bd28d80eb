package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many sessions each tenant has, those that start or end included: on this replica for sure, on
 * others as far as was heard. What is counted too low the store finds out when a lock is asked for.
 * Guarded by the distributor's lock.
 */
final class TenantSessions {
  private record Owner(long token, String tenant) {}

  private final Map<DeviceId, Map<Integer, Owner>> owners = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Set<String> quotaReached = new HashSet<>();
  private final Set<String> quotaFreed = new HashSet<>();

  /** Whether another session may be tried for. */
  boolean allows(Quota quota) {
    return quota.mostSessions().isEmpty()
        || (!quotaReached.contains(quota.tenant())
            && of(quota.tenant()) < quota.mostSessions().getAsInt());
  }

  int of(String tenant) {
    return counts.getOrDefault(tenant, 0);
  }

  /** A lock is asked for; what comes of it is told by {@link #confirm} or {@link #cancel}. */
  void reserve(String tenant) {
    counts.merge(tenant, 1, Integer::sum);
  }

  void cancel(String tenant) {
    quotaFreed.add(tenant);
    counts.computeIfPresent(tenant, (name, count) -> count > 1 ? count - 1 : null);
  }

  /** What was asked for is held. */
  void confirm(DeviceLock lock, String tenant) {
    Owner before = slots(lock.device()).put(lock.slot(), new Owner(lock.token(), tenant));
    if (before != null) {
      cancel(before.tenant());
    }
  }

  /** A lock that nobody asked for here: another replica's, or one found in the store. */
  void adopt(DeviceLock lock, String tenant) {
    reserve(tenant);
    confirm(lock, tenant);
  }

  private Map<Integer, Owner> slots(DeviceId device) {
    return owners.computeIfAbsent(device, id -> new HashMap<>(2));
  }

  /** Notes that the holder of a slot is gone. */
  void freed(DeviceId device, int slot, long token) {
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

  /** The store said that the tenant has as many sessions as it may. */
  void quotaReached(String tenant) {
    quotaReached.add(tenant);
  }

  /** Something was freed, nobody here knows whose: what the store said may not hold any more. */
  void expireGuess() {
    quotaFreed.addAll(quotaReached);
    quotaReached.clear();
  }

  /** Those that were counted for fewer since they were last asked for. */
  Set<String> quotaFreed() {
    Set<String> all = Set.copyOf(quotaFreed);
    quotaFreed.clear();
    return all;
  }

  /** Takes over who holds the slots of a device now. */
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

  /** Each tenant's count is what it holds and what is asked for it. */
  void verify(Collection<Waiter> asking) {
    Map<String, Integer> expected = new HashMap<>();
    owners
        .values()
        .forEach(
            slots -> slots.values().forEach(it -> expected.merge(it.tenant(), 1, Integer::sum)));
    asking.forEach(waiter -> expected.merge(waiter.placement().quota().tenant(), 1, Integer::sum));
    Invariant.holds(expected.equals(counts), "tenants have " + expected + ", not " + counts);
  }
}
