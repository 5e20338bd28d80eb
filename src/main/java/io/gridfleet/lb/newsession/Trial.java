package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Placement;
import java.time.Instant;

/** An attempt within its story: on what it was begun, and when. */
record Trial(Placement.Placed placed, Attempt attempt, Instant begun) {
  Device device() {
    return placed.device();
  }

  DeviceLock lock() {
    return placed.lock();
  }
}
