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
import java.util.stream.IntStream;

/**
 * Explains why a request has no device, and why a device is out of service. Works on copies of the
 * model, without the distributor's lock. Thread-safe.
 */
public final class Explanations {
  private final RecentVerdicts recent = new RecentVerdicts();

  /**
   * Returns the verdicts on its tenant's devices for a request that gets none, possibly cached.
   *
   * @param states supplies a copy of the model's; called only if needed
   */
  public Verdicts verdicts(
      PlacementRequest request, Instant now, Supplier<List<DeviceSnapshot>> states) {
    return recent.of(request, now, states);
  }

  /** Returns the verdict on each device for a request, with all names. */
  public List<Verdict> verdicts(
      PlacementRequest request, Instant now, List<DeviceSnapshot> states) {
    return states.stream()
        .map(device -> Inhibitors.best(device, request, Optional.empty(), now))
        .toList();
  }

  /** Returns the devices for REST and metrics, with all names. */
  public List<DeviceView> views(List<DeviceSnapshot> states, Instant now) {
    return states.stream().map(device -> DeviceInhibitors.view(device, now)).toList();
  }

  /** Returns the waiting requests in order, each with its explanation. */
  public List<QueuedRequest> queue(QueueState queue, Instant now) {
    QueueReport report = new QueueReport(queue, now);
    return IntStream.range(0, report.size()).mapToObj(report::request).toList();
  }
}
