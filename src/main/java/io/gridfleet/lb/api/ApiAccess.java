package io.gridfleet.lb.api;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.Optional;

/** Who may use the API. */
public interface ApiAccess {
  /**
   * Who calls; empty for somebody who may not go on.
   *
   * @param authorization the header of that name: machine user and password by Basic, or a token
   */
  Optional<Tenant> caller(Optional<String> authorization);

  /**
   * By the lab's tokens: {@code Bearer}, or Basic with the token as password and, as user, its name
   * or nothing.
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

  /** For a server on loopback: everybody may. */
  static ApiAccess open() {
    return authorization -> Optional.of(Tenant.anonymous());
  }
}
