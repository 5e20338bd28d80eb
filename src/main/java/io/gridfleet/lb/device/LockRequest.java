package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.Optional;

/**
 * An attempt's request for one free slot of a device.
 *
 * @param slots the number of the device's slots
 * @param attempt the attempt's idempotency key, stored with the lock so that the clean-up after a
 *     dead replica can query the node by it
 * @param run the run of the request: only devices of this run are locked; without one, only devices
 *     that no run has reserved
 * @param quota the tenant of the session and its limit
 * @param times the expiry of the lock, and the limits of its session
 */
public record LockRequest(
    DeviceId device, int slots, String attempt, Optional<String> run, Quota quota, Times times) {

  /**
   * @param expiry after which the lock expires unless renewed
   * @param session the limits of the session that the attempt requests, if they are known; for the
   *     clean-up after a dead replica
   */
  public record Times(Duration expiry, Optional<SessionLimits> session) {}

  public LockRequest(
      DeviceId device,
      int slots,
      String attempt,
      Optional<String> run,
      Quota quota,
      Duration expiry) {
    this(device, slots, attempt, run, quota, new Times(expiry, Optional.empty()));
  }

  public Duration expiry() {
    return times.expiry();
  }
}
