package io.gridfleet.lb.store.replica;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The offset of the store's clock from this process's clock, measured at each heartbeat: the clocks
 * of replicas may differ by a minute, so the times in their signals are by the store's.
 */
public final class StoreClock {
  /**
   * Smaller changes are latency of the connection; ignoring them converts an instant alike each
   * time.
   */
  private static final Duration NOISE = Duration.ofMillis(100);

  private final InstantSource own;
  private volatile Duration ahead = Duration.ZERO;

  public StoreClock(InstantSource own) {
    this.own = own;
  }

  Instant ownNow() {
    return own.instant();
  }

  /**
   * Records a reading of the store's clock.
   *
   * @param asked when it was requested, by the own clock
   */
  public void measured(Instant asked, Instant store) {
    Instant answered = own.instant();
    Instant middle = asked.plus(Duration.between(asked, answered).dividedBy(2));
    Duration measured = Duration.between(middle, store);
    if (measured.minus(ahead).abs().compareTo(NOISE) > 0) {
      ahead = measured;
    }
  }

  public Instant toStore(Instant ownTime) {
    return ownTime.plus(ahead);
  }

  /** Returns the store's time now. */
  public Instant storeNow() {
    return toStore(own.instant());
  }

  public Instant fromStore(Instant storeTime) {
    return storeTime.minus(ahead);
  }
}
