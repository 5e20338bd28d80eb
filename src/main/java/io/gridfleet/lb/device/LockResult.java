package io.gridfleet.lb.device;

/** What the store says to a {@link LockRequest}. */
public sealed interface LockResult {

  /** The slot is the attempt's. */
  record Taken(DeviceLock lock) implements LockResult {}

  /** No slot is free, or the device isn't in the reservation that the request belongs to. */
  record NotFree() implements LockResult {}

  /**
   * The tenant has as many sessions as it may; of the device nothing is said.
   *
   * @param sessions how many it has, on all replicas
   */
  record OverQuota(int sessions) implements LockResult {}
}
