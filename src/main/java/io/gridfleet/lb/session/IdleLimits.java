package io.gridfleet.lb.session;

import io.gridfleet.lb.webdriver.Capabilities;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a session may be silent: a little longer than its node allows, so that the node ends it
 * first (capabilities.md#time-limits).
 *
 * @param margin on top of the node's own limit
 * @param otherwise for nodes that have no limit of their own
 * @param most where the client switched the node's limit off
 */
public record IdleLimits(Duration margin, Duration otherwise, Duration most) {
  /** What Appium's drivers do when nothing is said. */
  private static final Duration APPIUM_DEFAULT = Duration.ofSeconds(60);

  /**
   * @param asked {@code newCommandTimeout} as the client gave it; 0 switches the node's limit off
   * @param answered the node's own capabilities tell an Appium driver from a browser's
   */
  public Duration of(Optional<Duration> asked, Capabilities answered) {
    if (asked.isPresent()) {
      return asked.get().isZero() ? most : asked.get().plus(margin);
    }
    boolean appium =
        answered.getIgnoringCase("automationName") != null
            || answered.getIgnoringCase("appium:automationName") != null;
    return appium ? APPIUM_DEFAULT.plus(margin) : otherwise;
  }
}
