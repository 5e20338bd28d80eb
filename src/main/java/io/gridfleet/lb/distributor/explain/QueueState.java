package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.QueuedRequest;
import io.gridfleet.lb.distributor.Verdicts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A copy of the queue and the devices, made under the distributor's lock and read without it.
 *
 * @param waiting in order
 */
public record QueueState(List<Waiting> waiting, List<DeviceSnapshot> states) {

  /**
   * A waiting request.
   *
   * @param fitting which devices fit each of its questions
   * @param underQuota whether its tenant may have another session
   */
  public record Waiting(PlacementRequest placement, List<BitSet> fitting, boolean underQuota) {}

  List<QueuedRequest> requests(Instant now) {
    List<QueuedRequest> requests = new ArrayList<>();
    Map<ExplainKey, Verdicts> known = new HashMap<>();
    for (Waiting each : waiting) {
      PlacementRequest request = each.placement();
      Verdicts verdicts =
          request.preference().failed().isEmpty()
              ? known.computeIfAbsent(ExplainKey.by(request), same -> verdicts(each, now))
              : verdicts(each, now);
      requests.add(
          queued(
              request,
              requests.size() + 1,
              each.underQuota()
                  ? verdicts
                  : verdicts.limitedTo(request.quota().mostSessions().orElseThrow()),
              now));
    }
    return requests;
  }

  /** Returns the verdicts on the devices that fit; others aren't listed in the queue. */
  private Verdicts verdicts(Waiting each, Instant now) {
    return Verdicts.of(
        states.stream()
            .map(device -> Inhibitors.bestOfFitting(device, each.placement(), each.fitting(), now))
            .filter(Objects::nonNull)
            .toList());
  }

  /** Returns one entry of the queue. */
  private static QueuedRequest queued(
      PlacementRequest request, int position, Verdicts verdicts, Instant now) {
    return new QueuedRequest(
        position,
        request.request(),
        request.quota().tenant(),
        request.turn().priority(),
        Duration.between(request.turn().arrival(), now),
        request.questions().stream()
            .map(question -> asked(question))
            .distinct()
            .collect(Collectors.joining(" | ")),
        verdicts.text());
  }

  private static String asked(Question question) {
    return question.named().map(id -> "id:" + id).orElse(question.selector().normalForm());
  }
}
