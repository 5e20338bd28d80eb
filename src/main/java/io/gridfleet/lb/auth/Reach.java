package io.gridfleet.lb.auth;

/** Whose things a role may use a route for. */
public enum Reach {
  NONE,
  /** Its own only; all others don't exist for it. */
  OWN,
  ALL
}
