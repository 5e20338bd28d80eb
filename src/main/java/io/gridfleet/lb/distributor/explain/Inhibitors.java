package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.Verdict;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the inhibitors of a device for a request, by the same rules as placing. */
final class Inhibitors {
  private Inhibitors() {}

  /**
   * Returns the verdict of the candidate with the least restrictive inhibitors.
   *
   * @param reader see {@link DeviceInhibitors#of}
   */
  static Verdict best(
      DeviceSnapshot device, PlacementRequest request, Optional<String> reader, Instant now) {
    Verdict best = null;
    for (Question question : request.questions()) {
      Verdict verdict = new Verdict(device.device(), of(device, question, request, reader, now));
      if (best == null || nearer(verdict, best)) {
        best = verdict;
      }
    }
    return best == null ? new Verdict(device.device(), List.of()) : best;
  }

  /**
   * As {@link #best}, given which devices fit each of the request's questions; null if this one
   * fits none.
   */
  static @Nullable Verdict bestOfFitting(
      DeviceSnapshot device, PlacementRequest request, List<BitSet> fitting, InhibitorTable table) {
    Optional<String> reader = request.quota().reader();
    Verdict best = null;
    for (int i = 0; i < fitting.size(); i++) {
      if (fitting.get(i).get(device.index())) {
        Question question = request.questions().get(i);
        Verdict verdict =
            new Verdict(
                device.device(),
                ofFitting(device, question, request, table.of(device, question.run(), reader)));
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
      DeviceSnapshot device,
      Question question,
      PlacementRequest request,
      Optional<String> reader,
      Instant now) {
    if (!question.selector().matches(device.device().attributes())
        || question.named().filter(named -> !named.equals(device.device().id())).isPresent()) {
      return List.of(Inhibitor.of(Kind.NOT_MATCHING));
    }
    if (!question.tenantDevices().matches(device.device().configured())) {
      return List.of(Inhibitor.of(Kind.OTHER_TENANT));
    }
    return ofFitting(
        device, question, request, DeviceInhibitors.of(device, question.run(), reader, now));
  }

  /**
   * Returns the inhibitors of a device that fits a question.
   *
   * @param inhibitors those for any request of the same run
   */
  private static List<Inhibitor> ofFitting(
      DeviceSnapshot device,
      Question question,
      PlacementRequest request,
      List<Inhibitor> inhibitors) {
    if (request.preference().failed().contains(device.device().id())) {
      return List.of(Inhibitor.of(Kind.AVOIDED, "failed this request"));
    }
    boolean ignoresHealth = question.named().isPresent();
    return ignoresHealth
        ? inhibitors.stream().filter(found -> !aboutHealth(found.kind())).toList()
        : inhibitors;
  }

  private static boolean aboutHealth(Kind kind) {
    return kind == Kind.OFFLINE || kind == Kind.AVOIDED;
  }
}
