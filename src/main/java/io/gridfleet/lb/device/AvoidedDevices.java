package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The avoided devices; a port over durable storage. */
public interface AvoidedDevices {

  /** Avoids a device from now on; replaces an earlier avoidance. */
  CompletionStage<AvoidedDevice> avoid(DeviceId device, Duration howLong, String cause);

  /**
   * Ends the avoidance of a device.
   *
   * @return whether there was an unexpired one
   */
  CompletionStage<Boolean> endAvoidance(DeviceId device);

  /** Returns the unexpired ones. */
  CompletionStage<List<AvoidedDevice>> all();
}
