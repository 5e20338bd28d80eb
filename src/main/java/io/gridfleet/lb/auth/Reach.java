package io.gridfleet.lb.auth;

/** Which tenants' objects a role may use on a route. */
public enum Reach {
  NONE,
  /** The tenant's own objects; others are treated as missing. */
  OWN,
  ALL
}
