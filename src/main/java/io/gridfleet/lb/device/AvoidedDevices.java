package io.gridfleet.lb.device;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Which devices are avoided: a port over facts that survive a crash. */
public interface AvoidedDevices {

  /** Avoids a device from now on; a later call replaces an earlier one. */
  CompletionStage<AvoidedDevice> avoid(DeviceId device, Duration howLong, String cause);

  /**
   * Ends the avoidance of a device.
   *
   * @return whether there was one, whose time wasn't over
   */
  CompletionStage<Boolean> forgive(DeviceId device);

  /** Those whose time isn't over. */
  CompletionStage<List<AvoidedDevice>> all();
}
