package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import io.gridfleet.lb.distributor.explain.Explanations;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.distributor.explain.QueueState;
import io.gridfleet.lb.distributor.queue.Waiter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Queries on the queue and the devices for REST and metrics. Thread-safe: copies under the
 * distributor's lock, and computes the result without it.
 */
final class LabViews {
  private final ModelLock modelLock;
  private final Explanations explanations;
  private final InstantSource clock;
  private final RemoteMatches matches = new RemoteMatches();

  LabViews(ModelLock modelLock, Explanations explanations, InstantSource clock) {
    this.modelLock = modelLock;
    this.explanations = explanations;
    this.clock = clock;
  }

  int sessionsOf(String tenant) {
    return modelLock.look(model -> model.fleet().tenants().of(tenant));
  }

  List<Verdict> explain(PlacementRequest request) {
    Instant now = clock.instant();
    return explanations.verdicts(request, now, modelLock.snapshots());
  }

  List<DeviceView> states() {
    Instant now = clock.instant();
    return explanations.views(modelLock.snapshots(), now);
  }

  Optional<DeviceView> state(DeviceId device) {
    Instant now = clock.instant();
    List<DeviceSnapshot> found = modelLock.look(model -> model.states(List.of(device)));
    return explanations.views(found, now).stream().findFirst();
  }

  boolean anyInService() {
    Instant now = clock.instant();
    return modelLock.look(
        model -> model.fleet().states().stream().anyMatch(state -> state.inService(now)));
  }

  List<QueuedRequest> queue() {
    Instant now = clock.instant();
    return explanations.queue(modelLock.look(Matching::queue), now);
  }

  QueueReport report() {
    Instant now = clock.instant();
    return new QueueReport(modelLock.look(Matching::queue), now);
  }

  QueueReport report(List<PlacementRequest> remote) {
    if (remote.isEmpty()) {
      return report();
    }
    Instant now = clock.instant();
    Set<Quota> quotas = remote.stream().map(PlacementRequest::quota).collect(Collectors.toSet());
    Set<Quota> reached = new HashSet<>();
    QueueState local =
        modelLock.look(
            model -> {
              quotas.stream().filter(each -> !model.quotas().allows(each)).forEach(reached::add);
              return model.queue();
            });
    return new QueueReport(matches.with(local, remote, each -> !reached.contains(each)), now);
  }

  List<PlacementRequest> waiting(Collection<String> requests) {
    return modelLock.look(
        model ->
            requests.stream()
                .map(model.waiting()::of)
                .filter(Objects::nonNull)
                .map(Waiter::placement)
                .toList());
  }

  int queueLength() {
    return modelLock.look(model -> model.waiting().length());
  }

  /** Returns zero for an arrival in the future: the clocks of two replicas differ. */
  Duration oldestWait() {
    Instant now = clock.instant();
    return modelLock
        .look(model -> model.waiting().firstArrival())
        .map(arrival -> Duration.between(arrival, now))
        .filter(waited -> !waited.isNegative())
        .orElse(Duration.ZERO);
  }
}
