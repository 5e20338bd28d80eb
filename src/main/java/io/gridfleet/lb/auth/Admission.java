package io.gridfleet.lb.auth;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Locale;

/** Tells who asks. */
@FunctionalInterface
public interface Admission {

  /**
   * The tenant that the credentials belong to.
   *
   * @throws ProtocolException with status 401 when the credentials are missing or wrong; it takes
   *     the same time whichever part was wrong
   */
  Tenant admit(Credentials credentials);

  /** Whether there are tokens at all. */
  default boolean asksForTokens() {
    return true;
  }

  /**
   * The same, for a route that not every role may use.
   *
   * @param route as {@link AccessTable} has it
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

  /** Lets everybody in: for a lab without tokens. */
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
