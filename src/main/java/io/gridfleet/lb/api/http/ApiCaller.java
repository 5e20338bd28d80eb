package io.gridfleet.lb.api.http;

import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.auth.Reach;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunBinding;
import java.util.Optional;

/**
 * The caller of an operation and its reach. Objects outside the reach are treated as missing: lists
 * omit them, and their ids are answered with 404.
 *
 * @param reach the reach of the caller's role on the operation; never {@link Reach#NONE}
 */
public record ApiCaller(Tenant tenant, Reach reach) {
  /** The route whose access rule applies to fields that may hold passwords. */
  private static final String SECRETS = "GET /api/devices/{id}/config";

  /** Returns who acts, for logs and records. */
  public String actor() {
    return tenant.actor();
  }

  public boolean seesAll() {
    return reach == Reach.ALL || tenant.isAnonymous();
  }

  /** Evaluates the configured attributes only: tags changed through the API grant no access. */
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
   * Returns whether the caller may see an object with this owner.
   *
   * @param owner the tenant's name; empty where none was recorded
   */
  public boolean seesThatOf(Optional<String> owner) {
    return seesAll() || tenant.owns(owner);
  }

  /** Returns the tenant that lists are limited to; empty for all. */
  public Optional<String> only() {
    return seesAll() ? Optional.empty() : Optional.of(tenant.name());
  }

  public boolean readsSecrets() {
    return AccessTable.of(SECRETS).of(tenant.role()) != Reach.NONE;
  }
}
