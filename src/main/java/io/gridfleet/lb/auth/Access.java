package io.gridfleet.lb.auth;

/** The access rules of routes: the reach of each role. */
public enum Access {
  /** Needs no token. */
  OPEN(Reach.ALL, Reach.ALL, Reach.ALL, Reach.ALL),
  /** Creates a session. */
  CREATE(Reach.OWN, Reach.OWN, Reach.OWN, Reach.NONE),
  /** A command of a session: only for the tenant that created it, in every role. */
  COMMAND(Reach.OWN, Reach.OWN, Reach.OWN, Reach.NONE),
  /** Reads what isn't secret. */
  READ(Reach.NONE, Reach.OWN, Reach.ALL, Reach.ALL),
  /** Reads what may hold passwords. */
  READ_SECRETS(Reach.NONE, Reach.OWN, Reach.ALL, Reach.NONE),
  /** Creates, changes and ends runs, reports on sessions, changes test data of devices. */
  USE(Reach.NONE, Reach.OWN, Reach.ALL, Reach.NONE),
  /** Takes devices and requests out of service. */
  OPERATE(Reach.NONE, Reach.NONE, Reach.ALL, Reach.NONE);

  private final Reach session;
  private final Reach suite;
  private final Reach operator;
  private final Reach viewer;

  Access(Reach session, Reach suite, Reach operator, Reach viewer) {
    this.session = session;
    this.suite = suite;
    this.operator = operator;
    this.viewer = viewer;
  }

  /** Returns the reach of a role. */
  public Reach of(Role role) {
    return switch (role) {
      case SESSION -> session;
      case SUITE -> suite;
      case OPERATOR -> operator;
      case VIEWER -> viewer;
    };
  }
}
