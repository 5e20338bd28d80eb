package io.gridfleet.lb.distributor;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Why a request has no device, and why a device serves nobody, in words for people. Works on copies
 * of the model, without the distributor's lock. Thread-safe.
 */
public final class Explanations {
  private final RecentVerdicts recent = new RecentVerdicts();

  /**
   * The verdicts on its tenant's devices for a request that gets none; they may be a moment old.
   *
   * @param seats a copy of the model's, where it is needed
   */
  public Verdicts verdicts(Order order, Instant now, Supplier<List<SeatState>> seats) {
    return recent.of(order, now, seats);
  }

  /** What stands between each device and a request, with all names. */
  public List<Verdict> verdicts(Order order, Instant now, List<SeatState> seats) {
    return seats.stream().map(seat -> Inhibitors.best(seat, order, Optional.empty(), now)).toList();
  }

  /** The devices as people and metrics see them, with all names. */
  public List<SeatView> views(List<SeatState> seats, Instant now) {
    return seats.stream().map(seat -> SeatInhibitors.view(seat, now)).toList();
  }

  /** Who waits, in order, and for what. */
  public List<QueuedRequest> queue(QueueState queue, Instant now) {
    return queue.requests(now);
  }
}
