package io.gridfleet.lb.lab;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.PollInterval;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * The default poll interval of Awaitility in the tests' process: a condition is checked at once,
 * then in intervals that grow from 5 to 100 ms. Awaitility's own default checks first after 100 ms,
 * while most conditions hold within a few.
 */
public final class GrowingPollInterval implements PollInterval, LauncherSessionListener {
  private static final long STEP_MILLIS = 5;
  private static final long MAX_MILLIS = 100;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultPollInterval(this);
  }

  @Override
  public Duration next(int polls, Duration previous) {
    return Duration.ofMillis(Math.min(MAX_MILLIS, polls * STEP_MILLIS));
  }
}
