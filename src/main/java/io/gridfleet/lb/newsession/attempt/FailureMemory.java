package io.gridfleet.lb.newsession.attempt;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.newsession.AttemptOutcome;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The devices whose last attempt failed: one unknown failure may be the request's fault, two in a
 * row are the device's. Thread-safe.
 */
final class FailureMemory {
  private final Map<DeviceId, Boolean> failedLastTime = new ConcurrentHashMap<>();

  /** Returns whether the device is to be avoided after this failure. */
  boolean marks(DeviceId device, AttemptOutcome.DeviceFailed failure) {
    boolean again = failedLastTime.put(device, true) != null;
    return failure.marks() || again;
  }

  void succeeded(DeviceId device) {
    failedLastTime.remove(device);
  }
}
