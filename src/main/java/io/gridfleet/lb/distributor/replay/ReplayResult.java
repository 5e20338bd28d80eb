package io.gridfleet.lb.distributor.replay;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a replay gave.
 *
 * @param waits of the served requests, sorted
 * @param refused for which no device was free in time, or none fits
 * @param left whose client left before a device was free, as recorded
 */
public record ReplayResult(List<Duration> waits, int refused, int left) {
  public ReplayResult {
    waits = waits.stream().sorted().toList();
  }

  /** Returns how many got a device. */
  public int served() {
    return waits.size();
  }

  /** Returns the wait that this part of the served requests did not exceed, by nearest rank. */
  public Optional<Duration> quantile(double part) {
    return waits.isEmpty()
        ? Optional.empty()
        : Optional.of(waits.get((int) Math.ceil(part * waits.size()) - 1));
  }
}
