package io.gridfleet.lb.simulator;

/** Whose manners a simulated node has. */
public enum NodeStyle {
  /** Appium as it is: capabilities come back without the {@code appium:} prefix. */
  APPIUM,
  /** Appium behind something that keeps the prefix. */
  APPIUM_PREFIXED,
  /** chromedriver: no command time-out, {@code /sessions}, sockets under the session's path. */
  CHROMEDRIVER;

  boolean isAppium() {
    return this != CHROMEDRIVER;
  }
}
