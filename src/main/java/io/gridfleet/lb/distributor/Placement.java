package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;

/** How the wait for a device ended. */
public sealed interface Placement {

  /**
   * A device is locked for the request.
   *
   * @param candidate which of the order's questions it answers
   */
  record Placed(Device device, DeviceLock lock, int candidate) implements Placement {}

  /** No device fits, whatever its state. */
  record NothingMatches(Verdicts verdicts) implements Placement {}

  /** Every device that fits has failed this request. */
  record NoneLeft(Verdicts verdicts) implements Placement {}

  /** The wait time is over. */
  record OutOfTime(Verdicts verdicts) implements Placement {}

  /** Somebody took the request out of the queue. */
  record Removed(String why) implements Placement {}

  /** This process places nobody any more. */
  record Closed(String why) implements Placement {}

  /** Too many requests with questions of their own are being matched. */
  record Busy() implements Placement {}

  /** The store that keeps the locks can't be asked. */
  record StoreGone(Throwable cause) implements Placement {}
}
