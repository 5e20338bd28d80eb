package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what hinders a seat for a request: the same questions that placing asks, answered at
 * length.
 */
final class Inhibitors {
  private Inhibitors() {}

  /**
   * The verdict by the candidate that comes nearest.
   *
   * @param reader see {@link SeatInhibitors#of}
   */
  static Verdict best(SeatState seat, Order order, Optional<String> reader, Instant now) {
    Verdict best = null;
    for (Question question : order.questions()) {
      Verdict verdict = new Verdict(seat.device(), of(seat, question, order, reader, now));
      if (best == null || nearer(verdict, best)) {
        best = verdict;
      }
    }
    return best == null ? new Verdict(seat.device(), List.of()) : best;
  }

  /**
   * As {@link #best}, where it is known which seats fit each of the order's questions; null when
   * this one fits none of them.
   */
  static @Nullable Verdict bestOfFitting(
      SeatState seat, Order order, List<BitSet> fitting, Instant now) {
    Optional<String> reader = order.quota().reader();
    Verdict best = null;
    for (int i = 0; i < fitting.size(); i++) {
      if (fitting.get(i).get(seat.index())) {
        Question question = order.questions().get(i);
        Verdict verdict = new Verdict(seat.device(), ofFitting(seat, question, order, reader, now));
        best = best == null || nearer(verdict, best) ? verdict : best;
      }
    }
    return best;
  }

  private static boolean nearer(Verdict one, Verdict other) {
    if (one.inhibitors().isEmpty() || other.inhibitors().isEmpty()) {
      return one.inhibitors().isEmpty() && !other.inhibitors().isEmpty();
    }
    return one.inhibitors().get(0).kind().compareTo(other.inhibitors().get(0).kind()) > 0;
  }

  private static List<Inhibitor> of(
      SeatState seat, Question question, Order order, Optional<String> reader, Instant now) {
    if (!question.selector().matches(seat.device().attributes())
        || question.named().filter(named -> !named.equals(seat.device().id())).isPresent()) {
      return List.of(Inhibitor.of(Kind.NOT_MATCHING));
    }
    if (!question.tenantDevices().matches(seat.device().configured())) {
      return List.of(Inhibitor.of(Kind.OTHER_TENANT));
    }
    return ofFitting(seat, question, order, reader, now);
  }

  /** What hinders a seat that fits a question. */
  private static List<Inhibitor> ofFitting(
      SeatState seat, Question question, Order order, Optional<String> reader, Instant now) {
    if (order.preference().failed().contains(seat.device().id())) {
      return List.of(Inhibitor.of(Kind.AVOIDED, "failed this request"));
    }
    boolean whateverItsHealth = question.named().isPresent();
    return SeatInhibitors.of(seat, question.run(), reader, now).stream()
        .filter(found -> !(whateverItsHealth && aboutHealth(found.kind())))
        .toList();
  }

  private static boolean aboutHealth(Kind kind) {
    return kind == Kind.OFFLINE || kind == Kind.AVOIDED;
  }
}
