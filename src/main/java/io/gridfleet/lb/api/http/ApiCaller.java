package io.gridfleet.lb.api.http;

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
public record ApiCaller(Tenant tenant, Reach reach) {
  /** The route that decides who reads what may hold passwords in rows that others read too. */
  private static final String SECRETS = "GET /api/devices/{id}/config";

  /** Whoever may use everything. */
  public static ApiCaller unlimited() {
    return new ApiCaller(Tenant.anonymous(), Reach.ALL);
  }

  public boolean seesAll() {
    return reach == Reach.ALL || tenant.isAnonymous();
  }

  /** By what is configured: tags that were changed through the API open nothing. */
  public boolean sees(Device device) {
    return seesAll() || tenant.devices().matches(device.configured());
  }

  public boolean sees(Run run) {
    return seesAll() || run.isOf(tenant);
  }

  public boolean sees(RunBinding binding) {
    return sees(binding.run());
  }

  /**
   * Whether it sees what has a tenant.
   *
   * @param owner the tenant's name; empty where none was recorded
   */
  public boolean seesThatOf(Optional<String> owner) {
    return seesAll() || tenant.owns(owner);
  }

  /** The tenant whose runs are listed; empty for all. */
  public Optional<String> only() {
    return seesAll() ? Optional.empty() : Optional.of(tenant.name());
  }

  public boolean readsSecrets() {
    return AccessTable.of(SECRETS).of(tenant.role()) != Reach.NONE;
  }
}
