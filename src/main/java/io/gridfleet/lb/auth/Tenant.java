package io.gridfleet.lb.auth;

import io.gridfleet.lb.selector.Selector;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A tenant and its permissions.
 *
 * @param name the name of its token, which isn't secret
 * @param role the role of its token
 * @param devices the devices that it may use
 * @param maxSessions the limit on its live sessions
 * @param minPriority the lowest priority that it may request
 * @param maxPriority the highest
 * @param directConnect whether its clients may get direct connections to nodes
 */
public record Tenant(
    String name,
    Role role,
    Selector devices,
    OptionalInt maxSessions,
    int minPriority,
    int maxPriority,
    boolean directConnect) {
  /** The priority range of a lab without tokens. */
  private static final int ANY_PRIORITY = 1000;

  private static final Tenant ANONYMOUS =
      new Tenant(
          "anonymous",
          Role.OPERATOR,
          Selector.everything(),
          OptionalInt.empty(),
          -ANY_PRIORITY,
          ANY_PRIORITY,
          true);

  /** Returns the tenant of all requests in a lab without tokens. */
  public static Tenant anonymous() {
    return ANONYMOUS;
  }

  /** Returns whether this is the tenant of a lab without tokens. */
  public boolean isAnonymous() {
    return name.equals(ANONYMOUS.name);
  }

  /** Returns who acts, for logs and records: the role and the name of the token. */
  public String actor() {
    return isAnonymous() ? "an operator" : role.name().toLowerCase(Locale.ROOT) + " " + name;
  }

  /**
   * Returns whether an object belongs to this tenant. In a lab without tokens every object does.
   *
   * @param owner the recorded tenant; empty if none was recorded
   */
  public boolean owns(Optional<String> owner) {
    return isAnonymous() || owner.filter(name::equals).isPresent();
  }

  /** Returns the requested priority, limited to the tenant's range. */
  public int allowedPriority(int asked) {
    return Math.max(minPriority, Math.min(maxPriority, asked));
  }
}
