package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Question;

/**
 * A slot of a device that is pending for a request until the store has answered. Immutable: read
 * without the lock by the threads that call the store.
 *
 * @param candidate the index of the request's question that the device fits
 * @param before the number of replicas with a request that goes before, to each of which the slot
 *     must have been yielded
 * @param timesFreed the releases of the device's slots seen before the pick
 */
public record Pick(Waiter waiter, Device device, int candidate, int before, int timesFreed) {
  public Question question() {
    return waiter.placement().questions().get(candidate);
  }
}
