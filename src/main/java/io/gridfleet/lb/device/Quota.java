package io.gridfleet.lb.device;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many sessions a tenant may have at once, those that are starting or ending included.
 *
 * @param tenant the name of its token
 * @param mostSessions empty where there is no limit
 */
public record Quota(String tenant, OptionalInt mostSessions) {
  /** The tenant of all requests in a lab without tokens. */
  private static final String ANYBODY = "anonymous";

  /** The tenant that reads answers about devices; empty where all names may be read. */
  public Optional<String> reader() {
    return tenant.equals(ANYBODY) ? Optional.empty() : Optional.of(tenant);
  }

  /** The tenant, if its sessions are counted. */
  public Optional<String> counted() {
    return mostSessions.isPresent() ? Optional.of(tenant) : Optional.empty();
  }
}
