package io.gridfleet.lb.run;

import java.util.Locale;

/** The state of a run (test-suites.md#life-of-a-run). */
public enum RunState {
  /** Devices are reserved; the suite prepares them. */
  PREPARING,
  /** The suite runs. */
  ACTIVE,
  /** The suite completed the run. */
  COMPLETED,
  /** The suite or an operator cancelled the run. */
  CANCELLED,
  /** Its heartbeat or TTL timed out. */
  EXPIRED;

  public boolean terminal() {
    return this != PREPARING && this != ACTIVE;
  }

  /** Returns the form in REST bodies, metrics and logs. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
