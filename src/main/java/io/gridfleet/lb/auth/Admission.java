package io.gridfleet.lb.auth;

import io.gridfleet.lb.webdriver.ProtocolException;

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

  /** Lets everybody in: for a lab without tokens. */
  static Admission open() {
    return credentials -> Tenant.anonymous();
  }
}
