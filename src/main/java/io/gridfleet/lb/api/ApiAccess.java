package io.gridfleet.lb.api;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.Optional;

/** Who may use the API. */
public interface ApiAccess {
  /**
   * Whether a caller may go on.
   *
   * @param authorization the header of that name: machine user and password by Basic, or a token
   */
  boolean allows(Optional<String> authorization);

  /**
   * By the lab's tokens: {@code Bearer}, or Basic with the token as password and, as user, its name
   * or nothing.
   */
  static ApiAccess of(Admission admission) {
    return authorization -> {
      Credentials credentials = Credentials.of(Optional.empty(), authorization);
      try {
        Tenant tenant = admission.admit(credentials);
        boolean anonymous = tenant.equals(Tenant.anonymous());
        return anonymous
            || credentials
                .user()
                .filter(user -> !user.isEmpty())
                .map(tenant.name()::equals)
                .orElse(true);
      } catch (ProtocolException refused) {
        return false;
      }
    };
  }

  /** For a server on loopback: everybody may. */
  static ApiAccess open() {
    return authorization -> true;
  }
}
