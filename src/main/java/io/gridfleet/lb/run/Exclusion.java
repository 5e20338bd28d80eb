package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;

/**
 * Excludes a reserved device from all requests.
 *
 * @param until when it expires; empty if only an operator can end it
 * @param by who took the device out of its run; empty for a cooldown
 */
public record Exclusion(String reason, Instant at, Optional<Instant> until, Optional<String> by) {
  public Exclusion(String reason, Instant at, Optional<Instant> until) {
    this(reason, at, until, Optional.empty());
  }

  public boolean isInForce(Instant now) {
    return until.map(now::isBefore).orElse(true);
  }
}
