package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.HeldLock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable copy of a device's state, made under the distributor's lock and read without it;
 * {@link DeviceInhibitors} describes its inhibitors.
 *
 * @param free whether it has a slot for a request that waits here
 */
public record DeviceSnapshot(
    int index,
    Device device,
    List<HeldLock> held,
    boolean free,
    Optional<String> reservedBy,
    Service service,
    Rest rest) {

  /** Why it is out of service; null where it isn't. */
  public record Service(@Nullable String offline, @Nullable String maintenance, boolean draining) {}

  /** Until when it cools down, or is avoided; null where it isn't. */
  public record Rest(
      @Nullable Instant coolingUntil, @Nullable Instant avoidedUntil, String avoidedFor) {}
}
