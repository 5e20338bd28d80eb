package io.gridfleet.lb.auth;

/** The role of a token; {@link Access} defines the permissions of each. */
public enum Role {
  /** Creates sessions and uses them, nothing else. */
  SESSION,
  /** A test suite: sessions, runs, and the devices that the token may use. */
  SUITE,
  /** Operates the lab: devices, the queue, and all tenants' runs and sessions. */
  OPERATOR,
  /** Reads what isn't secret, changes nothing. */
  VIEWER
}
