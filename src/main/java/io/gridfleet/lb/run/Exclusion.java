package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;

/**
 * Why a reserved device serves nobody for now.
 *
 * @param until when it ends by itself; empty when only an operator ends it
 */
public record Exclusion(String reason, Instant at, Optional<Instant> until) {

  public boolean stands(Instant now) {
    return until.map(now::isBefore).orElse(true);
  }
}
