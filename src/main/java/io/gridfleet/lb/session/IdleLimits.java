package io.gridfleet.lb.session;

import io.gridfleet.lb.webdriver.Capabilities;
import java.time.Duration;
import java.util.Optional;

/**
 * The idle limits of sessions: slightly longer than the node's, so that the node ends a session
 * first (capabilities.md#time-limits).
 *
 * @param margin added to the node's own limit
 * @param otherwise for nodes without a limit
 * @param most if the client disabled the node's limit
 */
public record IdleLimits(Duration margin, Duration otherwise, Duration most) {
  /** The default {@code newCommandTimeout} of Appium's drivers. */
  private static final Duration APPIUM_DEFAULT = Duration.ofSeconds(60);

  /**
   * @param asked the client's {@code newCommandTimeout}; 0 disables the node's limit
   * @param answered the node's capabilities, which distinguish Appium drivers from browsers
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
