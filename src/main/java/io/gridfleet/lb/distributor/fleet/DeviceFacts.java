package io.gridfleet.lb.distributor.fleet;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a device other than its locks; kept while the device is missing from the inventory.
 *
 * @param maintenance the reason, while an operator keeps it out of service
 * @param reservedBy the run that reserves it
 * @param coolingUntil until when it accepts no request
 * @param avoidedUntil until when other devices are preferred
 */
record DeviceFacts(
    @Nullable String maintenance,
    @Nullable String reservedBy,
    @Nullable Instant coolingUntil,
    @Nullable Instant avoidedUntil,
    String avoidedFor) {
  static final DeviceFacts NONE = new DeviceFacts(null, null, null, null, "");

  DeviceFacts inMaintenance(@Nullable String reason) {
    return new DeviceFacts(reason, reservedBy, coolingUntil, avoidedUntil, avoidedFor);
  }

  DeviceFacts reserved(@Nullable String run, @Nullable Instant cooling) {
    return new DeviceFacts(maintenance, run, cooling, avoidedUntil, avoidedFor);
  }

  DeviceFacts avoided(@Nullable Instant until, String cause) {
    return new DeviceFacts(maintenance, reservedBy, coolingUntil, until, cause);
  }
}
