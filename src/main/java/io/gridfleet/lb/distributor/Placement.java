package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;

/** The result of a wait for a device. */
public sealed interface Placement {

  /**
   * A device is locked for the request.
   *
   * @param candidate the index of the request's question that the device fits
   */
  record Placed(Device device, DeviceLock lock, int candidate) implements Placement {}

  /** No device fits, whatever its state. */
  record NothingMatches(Verdicts verdicts) implements Placement {}

  /** Every device that fits has failed this request. */
  record NoneLeft(Verdicts verdicts) implements Placement {}

  /** The wait time is over. */
  record OutOfTime(Verdicts verdicts) implements Placement {}

  /** The request was removed from the queue. */
  record Removed(String why) implements Placement {}

  /** This process places no further requests. */
  record Closed(String why) implements Placement {}

  /** Too many requests with questions of their own are being matched. */
  record Busy() implements Placement {}

  /** The store of the locks can't be reached. */
  record StoreGone(Throwable cause) implements Placement {}
}
