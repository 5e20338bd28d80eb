package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.distributor.queue.Effects;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Expires refusals because of tenants' quotas after a delay, with one timer for all of them.
 *
 * <p>Owner: the lock of {@link ModelLock}. The timer is set by an effect of the change that decided
 * on it, and fires on the timer's thread, which makes a change of its own.
 */
final class QuotaRechecks {
  private final ModelLock modelLock;
  private final Matching matching;
  private final ScheduledExecutorService timer;
  private final Duration expiry;

  /** Set under the lock before the timer is, so that no second change sets another timer. */
  private boolean isTimerSet;

  QuotaRechecks(
      ModelLock modelLock, Matching matching, ScheduledExecutorService timer, Duration expiry) {
    this.modelLock = modelLock;
    this.matching = matching;
    this.timer = timer;
    this.expiry = expiry;
  }

  /** Called under the lock. */
  void expireGuessLater(Effects effects) {
    if (!isTimerSet) {
      isTimerSet = true;
      effects.add(
          () -> Timers.after(timer, expiry, "the recheck of tenants' quotas", this::expireGuess));
    }
  }

  /** Called on the timer's thread. The change serves those tenants at its end. */
  private void expireGuess() {
    modelLock.make(
        (now, effects) -> {
          isTimerSet = false;
          matching.quotas().recheck();
        });
  }
}
