package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.distributor.PickStrategy;

/** Succeeds so often, then fails. */
final class FailingStrategy implements PickStrategy {
  private final int good;
  private int begun;

  FailingStrategy(int good) {
    this.good = good;
  }

  @Override
  public String name() {
    return "failing";
  }

  /** Called twice for each pick: for good and for avoided devices. */
  @Override
  public Pick begin() {
    if (begun++ >= 2 * good) {
      throw new ArithmeticException("as configured");
    }
    return PickStrategy.RANKED.begin();
  }
}
