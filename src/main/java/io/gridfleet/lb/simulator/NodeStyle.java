package io.gridfleet.lb.simulator;

/** The server that a simulated node behaves like. */
public enum NodeStyle {
  /** Appium, which returns capabilities without the {@code appium:} prefix. */
  APPIUM,
  /** Appium behind an intermediary that keeps the prefix. */
  APPIUM_PREFIXED,
  /** chromedriver: no command time-out, {@code /sessions}, sockets under the session's path. */
  CHROMEDRIVER;

  boolean isAppium() {
    return this != CHROMEDRIVER;
  }
}
