package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;

/** The live run that holds a device, and the reservation. */
public record RunBinding(Run run, Reservation reservation) {

  /**
   * Returns until when the device is excluded from all requests; {@link Instant#MAX} if
   * permanently.
   */
  public Optional<Instant> excludedUntil() {
    return reservation.exclusion().map(exclusion -> exclusion.until().orElse(Instant.MAX));
  }
}
