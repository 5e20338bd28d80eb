package io.gridfleet.lb.run;

import java.util.Locale;

/** Where a run is in its life (test-suites.md#life-of-a-run). */
public enum RunState {
  /** Devices are reserved; the suite prepares them. */
  PREPARING,
  /** The suite runs. */
  ACTIVE,
  /** The suite said it is done. */
  COMPLETED,
  /** Somebody called it off. */
  CANCELLED,
  /** Its heartbeat stopped or its time was up. */
  EXPIRED;

  public boolean terminal() {
    return this != PREPARING && this != ACTIVE;
  }

  /** As REST bodies, metrics and logs spell it. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
