package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.Optional;

/** A change of the history of a device. Applying one again changes nothing. */
public sealed interface PeriodChange {

  /**
   * A period began. If the device has an open one of this kind, which only sessions and attempts
   * may have several of, that one continues with the new texts and planned end.
   */
  record Begin(DevicePeriod period) implements PeriodChange {}

  /** The open period of a kind ended, if the device has one that began before. */
  record End(DeviceId device, DevicePeriod.Kind kind, Instant at, Optional<String> by)
      implements PeriodChange {
    public End(DeviceId device, DevicePeriod.Kind kind, Instant at) {
      this(device, kind, at, Optional.empty());
    }
  }

  /** A whole period, whose begin may have been recorded before. */
  record Whole(DevicePeriod period) implements PeriodChange {}

  /** Returns the approximate number of characters. */
  default int weight() {
    if (this instanceof End) {
      return 100;
    }
    DevicePeriod period = this instanceof Begin begin ? begin.period() : ((Whole) this).period();
    return 300
        + period.device().name().length()
        + period.labels().cause().length()
        + period.labels().text().length();
  }
}
