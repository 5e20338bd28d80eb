package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;

/** The live run that holds a device, and how. */
public record RunBinding(Run run, Reservation reservation) {

  /** Until when the device serves nobody, whoever asks; {@link Instant#MAX} when for good. */
  public Optional<Instant> excludedUntil() {
    return reservation.exclusion().map(exclusion -> exclusion.until().orElse(Instant.MAX));
  }
}
