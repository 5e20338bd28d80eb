package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A recorded request as it is replayed.
 *
 * @param candidates the selector of each
 * @param held from the lock of its device to the end of its session or, if none was created, of its
 *     attempts; empty if that isn't known
 * @param leaves after which time its client left without a device
 */
record Arrival(
    RecordedTraffic.Request request,
    List<Selector> candidates,
    Optional<Duration> held,
    Optional<Duration> leaves) {
  Arrival {
    candidates = List.copyOf(candidates);
  }
}
