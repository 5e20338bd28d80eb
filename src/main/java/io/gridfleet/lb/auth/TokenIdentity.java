package io.gridfleet.lb.auth;

/**
 * A configured token.
 *
 * @param hash the hash of its secret; must not leave the process
 */
@SuppressWarnings("ArrayRecordComponent") // compared by MessageDigest only
public record TokenIdentity(Tenant tenant, byte[] hash) {
  /** Doesn't include the hash. */
  @Override
  public String toString() {
    return "TokenIdentity[" + tenant.name() + "]";
  }
}
