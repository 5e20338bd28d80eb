package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.explain.Explanations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * What people and metrics ask about the queue and the devices. Thread-safe: takes a copy under the
 * distributor's lock, and makes the answer of it without the lock.
 */
final class LabViews {
  private final ModelLock changes;
  private final Explanations explanations;
  private final InstantSource clock;

  LabViews(ModelLock changes, Explanations explanations, InstantSource clock) {
    this.changes = changes;
    this.explanations = explanations;
    this.clock = clock;
  }

  int sessionsOf(String tenant) {
    return changes.look(model -> model.fleet().tenants().of(tenant));
  }

  List<Verdict> explain(PlacementRequest request) {
    Instant now = clock.instant();
    return explanations.verdicts(request, now, changes.look(Matching::states));
  }

  List<DeviceView> states() {
    Instant now = clock.instant();
    return explanations.views(changes.look(Matching::states), now);
  }

  boolean anyInService() {
    Instant now = clock.instant();
    return changes.look(
        model -> model.fleet().states().stream().anyMatch(state -> state.inService(now)));
  }

  List<QueuedRequest> queue() {
    Instant now = clock.instant();
    return explanations.queue(changes.look(Matching::queue), now);
  }

  int queueLength() {
    return changes.look(model -> model.line().length());
  }

  /** Clocks of two replicas differ: a request that arrived in the future has waited for nothing. */
  Duration oldestWait() {
    Instant now = clock.instant();
    return changes
        .look(model -> model.line().firstArrival())
        .map(arrival -> Duration.between(arrival, now))
        .filter(waited -> !waited.isNegative())
        .orElse(Duration.ZERO);
  }
}
