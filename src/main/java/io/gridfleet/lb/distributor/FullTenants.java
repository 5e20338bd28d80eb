package io.gridfleet.lb.distributor;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Doubts after a while what the store said of tenants that have as many sessions as they may: one
 * timer for all of them until it goes off. Guarded by the lock of {@link Changes}.
 */
final class FullTenants {
  private final Changes changes;
  private final Matching matching;
  private final ScheduledExecutorService timer;
  private final Duration stands;
  private boolean isTimerSet;

  FullTenants(Changes changes, Matching matching, ScheduledExecutorService timer, Duration stands) {
    this.changes = changes;
    this.matching = matching;
    this.timer = timer;
    this.stands = stands;
  }

  /** To be called under the lock. */
  void doubtLater(Changes.Steps steps) {
    if (!isTimerSet) {
      isTimerSet = true;
      steps.add(() -> timer.schedule(this::doubt, stands.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  private void doubt() {
    changes.make(
        (now, steps) -> {
          isTimerSet = false;
          matching.doubtFull();
        });
  }
}
