package io.gridfleet.lb.api;

import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.auth.Reach;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunBinding;
import java.util.Optional;

/**
 * Who calls an operation, and whose things it may use there. What a caller doesn't see doesn't
 * exist for it: lists leave it out, and its id is answered like one that nobody has.
 *
 * @param reach of the caller's role on the operation; never {@link Reach#NONE}
 */
record Caller(Tenant tenant, Reach reach) {
  /** The route that decides who reads what may hold passwords in rows that others read too. */
  private static final String SECRETS = "GET /api/devices/{id}/config";

  /** Whoever may use everything. */
  static Caller unlimited() {
    return new Caller(Tenant.anonymous(), Reach.ALL);
  }

  boolean seesAll() {
    return reach == Reach.ALL || tenant.isAnonymous();
  }

  /** By what is configured: tags that were changed through the API open nothing. */
  boolean sees(Device device) {
    return seesAll() || tenant.devices().matches(device.configured());
  }

  boolean sees(Run run) {
    return seesAll() || run.isOf(tenant);
  }

  boolean sees(RunBinding binding) {
    return sees(binding.run());
  }

  /**
   * Whether it sees what has a tenant.
   *
   * @param owner the tenant's name; empty where none was recorded
   */
  boolean seesThatOf(Optional<String> owner) {
    return seesAll() || tenant.owns(owner);
  }

  /** The tenant whose runs are listed; empty for all. */
  Optional<String> only() {
    return seesAll() ? Optional.empty() : Optional.of(tenant.name());
  }

  boolean readsSecrets() {
    return AccessTable.of(SECRETS).of(tenant.role()) != Reach.NONE;
  }
}
