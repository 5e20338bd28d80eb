package io.gridfleet.lb.distributor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was heard of a device, beside its locks; kept while the inventory doesn't have the device.
 *
 * @param maintenance the reason, while an operator has taken it out of service
 * @param reservedBy the run that has it
 * @param coolingUntil until when it serves nobody
 * @param avoidedUntil until when other devices go before it
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
