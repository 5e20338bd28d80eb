package io.gridfleet.lb.distributor;

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
 * Who waits, and the lab, at one moment. Copied under the distributor's lock and read without it.
 *
 * @param waiting in order
 */
public record QueueState(List<Waiting> waiting, List<SeatState> seats) {

  /**
   * A waiting request.
   *
   * @param fitting which seats fit each of its questions
   * @param underQuota whether its tenant may have another session
   */
  public record Waiting(Order order, List<BitSet> fitting, boolean underQuota) {}

  List<QueuedRequest> requests(Instant now) {
    List<QueuedRequest> requests = new ArrayList<>();
    Map<Asked, Verdicts> known = new HashMap<>();
    for (Waiting each : waiting) {
      Order order = each.order();
      Verdicts verdicts =
          order.preference().failed().isEmpty()
              ? known.computeIfAbsent(Asked.by(order), same -> verdicts(each, now))
              : verdicts(each, now);
      requests.add(
          queued(
              order,
              requests.size() + 1,
              each.underQuota()
                  ? verdicts
                  : verdicts.limitedTo(order.quota().mostSessions().orElseThrow()),
              now));
    }
    return requests;
  }

  /** Of the seats that fit: a line of the queue tells of no others. */
  private Verdicts verdicts(Waiting each, Instant now) {
    return Verdicts.of(
        seats.stream()
            .map(seat -> Inhibitors.bestOfFitting(seat, each.order(), each.fitting(), now))
            .filter(Objects::nonNull)
            .toList());
  }

  /** One line of the queue, for people. */
  private static QueuedRequest queued(Order order, int position, Verdicts verdicts, Instant now) {
    return new QueuedRequest(
        position,
        order.request(),
        order.quota().tenant(),
        order.turn().priority(),
        Duration.between(order.turn().arrival(), now),
        order.questions().stream()
            .map(question -> asked(question))
            .distinct()
            .collect(Collectors.joining(" | ")),
        verdicts.text());
  }

  private static String asked(Question question) {
    return question.named().map(id -> "id:" + id).orElse(question.selector().normalForm());
  }
}
