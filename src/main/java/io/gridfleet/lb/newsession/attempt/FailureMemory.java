package io.gridfleet.lb.newsession.attempt;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.newsession.AttemptOutcome;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which device failed last time in a way that the failure table doesn't know: once may be
 * the request's fault, twice in a row is the device's.
 */
final class FailureMemory {
  private final Map<DeviceId, Boolean> failedLastTime = new ConcurrentHashMap<>();

  /** Whether this failure makes the device one to avoid. */
  boolean marks(DeviceId device, AttemptOutcome.DeviceFailed failure) {
    boolean again = failedLastTime.put(device, true) != null;
    return failure.marks() || again;
  }

  void succeeded(DeviceId device) {
    failedLastTime.remove(device);
  }
}
