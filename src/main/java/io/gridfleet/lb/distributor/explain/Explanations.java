package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.QueuedRequest;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.distributor.Verdicts;
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
   * @param states a copy of the model's, where it is needed
   */
  public Verdicts verdicts(
      PlacementRequest request, Instant now, Supplier<List<DeviceSnapshot>> states) {
    return recent.of(request, now, states);
  }

  /** What stands between each device and a request, with all names. */
  public List<Verdict> verdicts(
      PlacementRequest request, Instant now, List<DeviceSnapshot> states) {
    return states.stream()
        .map(device -> Inhibitors.best(device, request, Optional.empty(), now))
        .toList();
  }

  /** The devices as people and metrics see them, with all names. */
  public List<DeviceView> views(List<DeviceSnapshot> states, Instant now) {
    return states.stream().map(device -> DeviceInhibitors.view(device, now)).toList();
  }

  /** Who waits, in order, and for what. */
  public List<QueuedRequest> queue(QueueState queue, Instant now) {
    return queue.requests(now);
  }
}
