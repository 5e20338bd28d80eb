package io.gridfleet.lb.auth;

/** What a token is for; {@link Access} says what each role may do. */
public enum Role {
  /** Creates sessions and uses them, nothing else. */
  SESSION,
  /** A test suite: sessions, runs, and the devices that the token may use. */
  SUITE,
  /** Looks after the lab: devices, the queue, everybody's runs and sessions. */
  OPERATOR,
  /** Reads what isn't secret, changes nothing. */
  VIEWER
}
