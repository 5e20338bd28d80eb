package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Inhibitor;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The verdicts on all devices for one request, added up.
 *
 * @param counts devices by their first inhibitor; those that could serve are in none
 * @param quota how many sessions the caller may have, when that is what hinders
 * @param examples one inhibitor of each kind that says most: the longest, or the soonest to end
 * @param explanation the same evaluation term by term and device by device, for JSON; empty where
 *     nobody asked for it
 */
public record Verdicts(
    int devices,
    int matching,
    Map<Inhibitor.Kind, Integer> counts,
    Map<Inhibitor.Kind, Inhibitor> examples,
    Optional<Integer> quota,
    Map<String, Object> explanation) {

  /** Without an explanation. */
  public static Verdicts of(List<Verdict> all) {
    return of(all, Map.of());
  }

  /** Adds up one verdict for each device. */
  public static Verdicts of(List<Verdict> all, Map<String, Object> explanation) {
    Map<Inhibitor.Kind, Integer> counts = new EnumMap<>(Inhibitor.Kind.class);
    Map<Inhibitor.Kind, Inhibitor> examples = new EnumMap<>(Inhibitor.Kind.class);
    int matching = 0;
    for (Verdict verdict : all) {
      matching += verdict.matches() ? 1 : 0;
      if (!verdict.inhibitors().isEmpty()) {
        Inhibitor first = verdict.inhibitors().get(0);
        counts.merge(first.kind(), 1, Integer::sum);
        examples.merge(first.kind(), first, Verdicts::tellsMore);
      }
    }
    return new Verdicts(all.size(), matching, counts, examples, Optional.empty(), explanation);
  }

  /** The same for a caller who has as many sessions as it may have. */
  public Verdicts limitedTo(int sessions) {
    return new Verdicts(devices, matching, counts, examples, Optional.of(sessions), explanation);
  }

  private static Inhibitor tellsMore(Inhibitor one, Inhibitor other) {
    if (one.until().isPresent() && other.until().isPresent()) {
      return one.until().get().isBefore(other.until().get()) ? one : other;
    }
    if (one.since().isPresent() || other.since().isPresent()) {
      Instant first = one.since().orElse(Instant.MAX);
      return first.isAfter(other.since().orElse(Instant.MAX)) ? other : one;
    }
    return one.detail().length() >= other.detail().length() ? one : other;
  }

  /** For people: "12 devices match: 4 offline, 5 locked (longest for 41 min, by …).". */
  public String text() {
    return VerdictText.of(this);
  }
}
