package io.gridfleet.lb.app;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time between SIGTERM and the end, in which live sessions go on. */
final class Draining {
  private static final Logger log = LoggerFactory.getLogger(Draining.class);

  /** A stop is noticed by people: soon enough for them, seldom enough for the store. */
  private static final Duration LOOK = Duration.ofMillis(250);

  private Draining() {}

  /** Waits until nothing is left, at most so long. */
  static void await(Duration most, IntSupplier left, String what) {
    long end = System.nanoTime() + most.toNanos();
    int before = -1;
    while (System.nanoTime() < end) {
      int now = left.getAsInt();
      if (now == 0) {
        return;
      }
      if (now != before) {
        log.info("draining: {} {}", now, what);
        before = now;
      }
      if (!pause(LOOK)) {
        return;
      }
    }
  }

  /** Waits so long; false when it was interrupted. */
  static boolean pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
