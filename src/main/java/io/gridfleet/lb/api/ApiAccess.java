package io.gridfleet.lb.api;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.Optional;

/** Authenticates callers of the API. */
public interface ApiAccess {
  /**
   * Returns the tenant of the caller; empty if the credentials are missing or wrong.
   *
   * @param authorization the {@code Authorization} header: Basic with user and password, or a
   *     bearer token
   */
  Optional<Tenant> caller(Optional<String> authorization);

  /**
   * Returns the tenant that is signed in to the web UI; empty if none is.
   *
   * @param cookies the {@code Cookie} header
   */
  default Optional<Tenant> signedIn(String cookies) {
    return Optional.empty();
  }

  /**
   * Checks the lab's tokens: {@code Bearer}, or Basic with the token as password and its name or
   * nothing as user.
   */
  static ApiAccess of(Admission admission) {
    return authorization -> {
      Credentials credentials = Credentials.of(Optional.empty(), authorization);
      try {
        Tenant tenant = admission.admit(credentials);
        String user = credentials.user().orElse("");
        boolean itself = tenant.isAnonymous() || user.isEmpty();
        return itself || tenant.name().equals(user) ? Optional.of(tenant) : Optional.empty();
      } catch (ProtocolException refused) {
        return Optional.empty();
      }
    };
  }

  /** Admits every caller; for a lab without tokens. */
  static ApiAccess open() {
    return authorization -> Optional.of(Tenant.anonymous());
  }
}
