package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One log line for each change of a device by hand: its maintenance and its locks. */
record DeviceLog(Inventory inventory) {
  private static final Logger log = LoggerFactory.getLogger("device");

  private static LoggingEventBuilder line(DeviceId device) {
    return log.atInfo().addKeyValue("device", device.value());
  }

  void maintenance(DeviceId device, Optional<String> reason, String by) {
    String name = inventory.describe(device);
    reason.ifPresentOrElse(
        why -> line(device).log("device {} is in maintenance, by {}: {}", name, by, why),
        () -> line(device).log("device {} is back from maintenance, by {}", name, by));
  }

  void locked(DeviceLock lock, String by) {
    line(lock.device())
        .log(
            "device {} is locked for {}, by {}",
            inventory.describe(lock.device()),
            lock.holder(),
            by);
  }

  void unlocked(DeviceLock lock, String by) {
    line(lock.device()).log("device {} is unlocked, by {}", inventory.describe(lock.device()), by);
  }
}
