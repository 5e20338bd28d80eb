package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;

/**
 * Excludes a reserved device from all requests.
 *
 * @param until when it expires; empty if only an operator can end it
 */
public record Exclusion(String reason, Instant at, Optional<Instant> until) {

  public boolean stands(Instant now) {
    return until.map(now::isBefore).orElse(true);
  }
}
