package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.fleet.TenantSessions;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaitingRequests;
import io.gridfleet.lb.distributor.replicas.LocalHeads;
import java.util.Collection;

/**
 * The quotas of tenants as far as this replica knows their sessions; the store decides.
 *
 * <p>Owner: the distributor's lock, {@link ModelLock}. Invariant: where a tenant has reached its
 * quota, the heads of its queues are marked, because others are to be published in its place.
 */
final class TenantQuotas {
  private final TenantSessions sessions;
  private final WaitingRequests waiting;
  private final LocalHeads heads;

  TenantQuotas(TenantSessions sessions, WaitingRequests waiting, LocalHeads heads) {
    this.sessions = sessions;
    this.waiting = waiting;
    this.heads = heads;
  }

  /** Returns whether the tenant is below its quota. */
  boolean allows(Quota quota) {
    return sessions.allows(quota);
  }

  /** Returns whether the tenant of a request is below its quota. */
  boolean allows(Waiter waiter) {
    return allows(waiter.placement().quota());
  }

  /** Counts a session of a tenant that another replica has begun. */
  void adopt(DeviceLock lock, String tenant) {
    sessions.adopt(lock, tenant);
    markHeads(tenant);
  }

  /** Notes that the store refused a lock because of the tenant's quota. */
  void reached(Waiter waiter) {
    String tenant = waiter.placement().quota().tenant();
    sessions.quotaReached(tenant);
    markHeads(tenant);
  }

  /** Expires the refusals because of quotas. */
  void recheck() {
    sessions.expireGuess();
  }

  private void markHeads(String tenant) {
    Collection<Waiter> waiters = waiting.ofTenant(tenant);
    if (waiters.stream().limit(1).anyMatch(any -> !allows(any))) {
      waiters.forEach(waiter -> heads.look(waiter.queues()));
    }
  }
}
