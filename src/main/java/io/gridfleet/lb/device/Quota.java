package io.gridfleet.lb.device;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The limit on a tenant's concurrent sessions, including those that are starting or ending.
 *
 * @param tenant the name of its token
 * @param mostSessions empty for no limit
 */
public record Quota(String tenant, OptionalInt mostSessions) {
  /** The tenant of all requests in a lab without tokens. */
  private static final String ANONYMOUS = "anonymous";

  /**
   * Returns the tenant for which texts about devices are redacted; empty if all names may be shown.
   */
  public Optional<String> reader() {
    return tenant.equals(ANONYMOUS) ? Optional.empty() : Optional.of(tenant);
  }

  /** Returns the tenant if it has a limit. */
  public Optional<String> counted() {
    return mostSessions.isPresent() ? Optional.of(tenant) : Optional.empty();
  }
}
