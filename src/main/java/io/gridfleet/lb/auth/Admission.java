package io.gridfleet.lb.auth;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Authenticates requests. */
@FunctionalInterface
public interface Admission {

  /**
   * Returns the tenant that the credentials belong to.
   *
   * @throws ProtocolException with status 401 if the credentials are missing or wrong, in a time
   *     that doesn't depend on which part was wrong
   */
  Tenant admit(Credentials credentials);

  /** Returns the token with this secret; empty without tokens. */
  default Optional<TokenIdentity> token(String secret) {
    return Optional.empty();
  }

  /** Returns the tokens of a tenant, more than one while a secret is exchanged. */
  default List<TokenIdentity> tokensOf(String tenant) {
    return List.of();
  }

  /** Returns whether tokens are configured. */
  default boolean asksForTokens() {
    return true;
  }

  /**
   * Returns this admission limited to roles that may use a route; others get 403.
   *
   * @param route a route of {@link AccessTable}
   */
  default Admission to(String route) {
    Access access = AccessTable.of(route);
    if (!asksForTokens()) {
      return this;
    }
    return credentials -> {
      Tenant tenant = admit(credentials);
      if (access.of(tenant.role()) == Reach.NONE) {
        throw forbidden(tenant);
      }
      return tenant;
    };
  }

  private static ProtocolException forbidden(Tenant tenant) {
    String role = tenant.role().name().toLowerCase(Locale.ROOT);
    return new ProtocolException(
        WebDriverError.of(
                ErrorCode.SESSION_NOT_CREATED,
                "Forbidden: the token '%s' has the role '%s', which has no sessions"
                    .formatted(tenant.name(), role))
            .withStatus(403));
  }

  /** Returns an admission that accepts every request, for a lab without tokens. */
  static Admission open() {
    return new Admission() {
      @Override
      public Tenant admit(Credentials credentials) {
        return Tenant.anonymous();
      }

      @Override
      public boolean asksForTokens() {
        return false;
      }
    };
  }
}
