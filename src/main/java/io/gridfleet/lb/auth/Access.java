package io.gridfleet.lb.auth;

/** The kinds of routes, and how far each role may go on them. */
public enum Access {
  /** Needs no token. */
  OPEN(Reach.ALL, Reach.ALL, Reach.ALL, Reach.ALL),
  /** Creates a session. */
  CREATE(Reach.OWN, Reach.OWN, Reach.OWN, Reach.NONE),
  /** A command of a session: only for the tenant that created it, whatever the role. */
  COMMAND(Reach.OWN, Reach.OWN, Reach.OWN, Reach.NONE),
  /** Reads what isn't secret. */
  READ(Reach.NONE, Reach.OWN, Reach.ALL, Reach.ALL),
  /** Reads what may hold passwords. */
  READ_SECRETS(Reach.NONE, Reach.OWN, Reach.ALL, Reach.NONE),
  /** Begins, changes and ends runs, reports on sessions, keeps test data with devices. */
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

  /** Whose things a caller of this role may use. */
  public Reach of(Role role) {
    return switch (role) {
      case SESSION -> session;
      case SUITE -> suite;
      case OPERATOR -> operator;
      case VIEWER -> viewer;
    };
  }
}
