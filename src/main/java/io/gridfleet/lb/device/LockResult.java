package io.gridfleet.lb.device;

/** The store's result of a {@link LockRequest}. */
public sealed interface LockResult {

  /** The slot is locked for the attempt. */
  record Taken(DeviceLock lock) implements LockResult {}

  /** No slot is free, or the device doesn't belong to the request's reservation. */
  record NotFree() implements LockResult {}

  /**
   * The tenant has reached its quota; the device wasn't checked.
   *
   * @param sessions the tenant's sessions on all replicas
   */
  record OverQuota(int sessions) implements LockResult {}
}
