package io.gridfleet.lb.distributor;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Doubts after a while what the store said of tenants that have as many sessions as they may: one
 * timer for all of them until it goes off.
 *
 * <p>Owner: the lock of {@link ModelLock}. The timer is set by a step of the change that decided on
 * it, and goes off on the timer's thread, which makes a change of its own.
 */
final class QuotaRechecks {
  private final ModelLock changes;
  private final Matching matching;
  private final ScheduledExecutorService timer;
  private final Duration stands;

  /** Set under the lock before the timer is, so that no second change sets another. */
  private boolean isTimerSet;

  QuotaRechecks(
      ModelLock changes, Matching matching, ScheduledExecutorService timer, Duration stands) {
    this.changes = changes;
    this.matching = matching;
    this.timer = timer;
    this.stands = stands;
  }

  /** To be called under the lock. */
  void expireGuessLater(ModelLock.Effects steps) {
    if (!isTimerSet) {
      isTimerSet = true;
      steps.add(() -> timer.schedule(this::expireGuess, stands.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  /** On the timer's thread. The change serves those tenants at its end. */
  private void expireGuess() {
    changes.make(
        (now, steps) -> {
          isTimerSet = false;
          matching.recheckQuotas();
        });
  }
}
