package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.Optional;

/**
 * A run's reservation of a device. A device is in at most one reservation that isn't released.
 *
 * @param failures how many attempts of the run failed because of the device
 * @param released when the reservation ended; it stays listed with its run
 */
public record Reservation(
    DeviceId device,
    ReservedDevice snapshot,
    Optional<Exclusion> exclusion,
    Cooldowns cooldowns,
    int failures,
    Claims claims,
    Optional<Instant> released) {

  /**
   * The cooldowns of the device in this run.
   *
   * @param escalated whether the limit was reached and the device put into maintenance
   */
  public record Cooldowns(int count, boolean escalated) {
    static final Cooldowns NONE = new Cooldowns(0, false);
  }

  /** Returns a new reservation. */
  public static Reservation of(DeviceId device, ReservedDevice snapshot) {
    return new Reservation(
        device, snapshot, Optional.empty(), Cooldowns.NONE, 0, Claims.NONE, Optional.empty());
  }

  /** Returns the current claim of a worker. */
  public Optional<Claim> claim() {
    return claims.current();
  }

  /** Returns whether it isn't released. */
  public boolean holds() {
    return released.isEmpty();
  }

  /** Returns the exclusion in effect. */
  public Optional<Exclusion> exclusion(Instant now) {
    return exclusion.filter(found -> found.isInForce(now));
  }

  /** Returns whether sessions of the run may use the device now. */
  public boolean usable(Instant now) {
    return holds() && exclusion(now).isEmpty();
  }

  Reservation excluded(Exclusion newer, Cooldowns counted) {
    return new Reservation(
        device, snapshot, Optional.of(newer), counted, failures, claims, released);
  }

  Reservation failed() {
    return new Reservation(device, snapshot, exclusion, cooldowns, failures + 1, claims, released);
  }

  Reservation claimed(Optional<Claim> newer, Instant now) {
    return new Reservation(
        device, snapshot, exclusion, cooldowns, failures, claims.next(newer, now), released);
  }

  Reservation release(Instant now) {
    return holds()
        ? new Reservation(
            device,
            snapshot,
            exclusion,
            cooldowns,
            failures,
            claims.next(Optional.empty(), now),
            Optional.of(now))
        : this;
  }
}
