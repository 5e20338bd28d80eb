package io.gridfleet.lb.auth;

import io.gridfleet.lb.selector.Selector;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who asks, and what that caller may use.
 *
 * @param name of its token; shown to people, never the secret
 * @param role what it may do
 * @param devices which devices it may use
 * @param maxSessions how many live sessions it may have
 * @param minPriority the lowest priority that it may ask for
 * @param maxPriority the highest
 * @param directConnect whether its clients may be told to talk to nodes themselves
 */
public record Tenant(
    String name,
    Role role,
    Selector devices,
    OptionalInt maxSessions,
    int minPriority,
    int maxPriority,
    boolean directConnect) {
  /** Wide enough for anybody's habits where no tokens are configured. */
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

  /** Everybody, in a lab without tokens. */
  public static Tenant anonymous() {
    return ANONYMOUS;
  }

  /** Whether this is everybody, in a lab without tokens. */
  public boolean isAnonymous() {
    return name.equals(ANONYMOUS.name);
  }

  /**
   * Whether something belongs to this tenant. In a lab without tokens everything does.
   *
   * @param owner the name of its tenant; empty where none was recorded
   */
  public boolean owns(Optional<String> owner) {
    return isAnonymous() || owner.filter(name::equals).isPresent();
  }

  /** The priority that it gets when it asks for one. */
  public int allowedPriority(int asked) {
    return Math.max(minPriority, Math.min(maxPriority, asked));
  }
}
