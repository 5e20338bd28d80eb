package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Inhibitor;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A summary of the verdicts on all devices for one request.
 *
 * @param counts devices by their first inhibitor; those that could serve are in none
 * @param quota the caller's quota, if it is reached
 * @param examples the most informative inhibitor of each kind: the longest, or the soonest to end
 * @param explanation the same evaluation term by term and device by device, for JSON; empty where
 *     it isn't requested
 */
public record Verdicts(
    int devices,
    int matching,
    Map<Inhibitor.Kind, Integer> counts,
    Map<Inhibitor.Kind, Inhibitor> examples,
    Optional<Integer> quota,
    Map<String, Object> explanation) {

  /** Summarizes one verdict for each device, without an explanation. */
  public static Verdicts of(List<Verdict> all) {
    return of(all, Map.of());
  }

  /** Summarizes one verdict for each device. */
  public static Verdicts of(List<Verdict> all, Map<String, Object> explanation) {
    Map<Inhibitor.Kind, Integer> counts = new EnumMap<>(Inhibitor.Kind.class);
    Map<Inhibitor.Kind, Inhibitor> examples = new EnumMap<>(Inhibitor.Kind.class);
    int matching = 0;
    for (Verdict verdict : all) {
      matching += verdict.matches() ? 1 : 0;
      if (!verdict.inhibitors().isEmpty()) {
        Inhibitor first = verdict.inhibitors().get(0);
        counts.merge(first.kind(), 1, Integer::sum);
        examples.merge(first.kind(), first, Verdicts::moreInformative);
      }
    }
    return new Verdicts(all.size(), matching, counts, examples, Optional.empty(), explanation);
  }

  /** Returns the same for a caller that has reached its quota. */
  public Verdicts limitedTo(int sessions) {
    return new Verdicts(devices, matching, counts, examples, Optional.of(sessions), explanation);
  }

  private static Inhibitor moreInformative(Inhibitor one, Inhibitor other) {
    if (one.until().isPresent() && other.until().isPresent()) {
      return one.until().get().isBefore(other.until().get()) ? one : other;
    }
    if (one.since().isPresent() || other.since().isPresent()) {
      Instant first = one.since().orElse(Instant.MAX);
      return first.isAfter(other.since().orElse(Instant.MAX)) ? other : one;
    }
    return one.detail().length() >= other.detail().length() ? one : other;
  }

  /**
   * Returns a sentence such as "12 devices match: 4 offline, 5 locked (longest for 41 min, by …).".
   */
  public String text() {
    return VerdictText.of(this);
  }
}
