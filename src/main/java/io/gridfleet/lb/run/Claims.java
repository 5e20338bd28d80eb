package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The claims of workers on one reserved device: the current one, and for people the latest that
 * ended, oldest first. At most {@value #MAX} are kept, since each change of a run writes all.
 */
public record Claims(Optional<Claim> current, List<Ended> ended) {
  public static final int MAX = 32;

  public static final Claims NONE = new Claims(Optional.empty(), List.of());

  public Claims {
    ended = List.copyOf(ended.subList(Math.max(0, ended.size() - MAX), ended.size()));
  }

  /** A claim that was released, or taken over after its TTL. */
  public record Ended(String worker, Instant at, Instant until) {}

  /** Replaces the current claim, which ends; empty for a release. */
  Claims next(Optional<Claim> newer, Instant now) {
    return new Claims(newer, current.map(claim -> with(claim, now)).orElse(ended));
  }

  /** Adds the current claim; one that follows a claim of the same worker continues that. */
  private List<Ended> with(Claim claim, Instant now) {
    List<Ended> all = new ArrayList<>(ended);
    Instant began = claim.at();
    if (!all.isEmpty() && all.get(all.size() - 1).worker().equals(claim.worker())) {
      began = all.remove(all.size() - 1).at();
    }
    all.add(new Ended(claim.worker(), began, now));
    return all;
  }
}
