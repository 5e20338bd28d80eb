package io.gridfleet.lb.store.sql;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How far the store's clock is from this process's own, measured at each beat: the clocks of
 * replicas may differ by a minute, and what they tell each other is dated by the store's.
 */
final class StoreClock {
  /** What the ways to a database differ by; so the same instant is converted alike each time. */
  private static final Duration NOISE = Duration.ofMillis(100);

  private final InstantSource own;
  private volatile Duration ahead = Duration.ZERO;

  StoreClock(InstantSource own) {
    this.own = own;
  }

  Instant ownNow() {
    return own.instant();
  }

  /**
   * Notes what the store's clock said to a question.
   *
   * @param asked by the own clock
   */
  void measured(Instant asked, Instant store) {
    Instant answered = own.instant();
    Instant middle = asked.plus(Duration.between(asked, answered).dividedBy(2));
    Duration measured = Duration.between(middle, store);
    if (measured.minus(ahead).abs().compareTo(NOISE) > 0) {
      ahead = measured;
    }
  }

  Instant toStore(Instant ownTime) {
    return ownTime.plus(ahead);
  }

  /** What the store's clock says now. */
  Instant storeNow() {
    return toStore(own.instant());
  }

  Instant fromStore(Instant storeTime) {
    return storeTime.minus(ahead);
  }
}
