package io.gridfleet.lb.distributor.explain;

import java.time.Duration;

/** How long a waiting request will probably wait from now on. */
public sealed interface WaitEstimate {

  /** The wait is probably in this range. */
  record Range(Duration from, Duration to) implements WaitEstimate {}

  /**
   * Nothing can be said.
   *
   * @param why for people
   */
  record Unknown(String why) implements WaitEstimate {}
}
