package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.Optional;

/**
 * What an attempt asks for: one free slot of a device.
 *
 * @param slots how many slots the device has
 * @param attempt the attempt's own idempotency key: it stays in the row, so that whoever cleans up
 *     after a dead replica can ask the node about it
 * @param run the run that the request belongs to: it gets devices of this run only, and without one
 *     only devices that no run has
 * @param quota whose session it is to be, and how many that caller may have
 * @param expiry how long the lock stands unless it is renewed
 */
public record LockRequest(
    DeviceId device,
    int slots,
    String attempt,
    Optional<String> run,
    Quota quota,
    Duration expiry) {}
