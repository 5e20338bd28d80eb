package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.PlacementRequest;
import java.util.BitSet;
import java.util.List;

/**
 * A copy of the queue and the devices, made under the distributor's lock and read without it.
 *
 * @param waiting in order
 */
public record QueueState(List<Waiting> waiting, List<DeviceSnapshot> states) {

  /**
   * A waiting request.
   *
   * @param fitting which devices fit each of its questions, by their index; not to be changed;
   *     empty for a request of another replica that isn't compared with the devices yet
   * @param underQuota whether its tenant may have another session
   */
  public record Waiting(PlacementRequest placement, List<BitSet> fitting, boolean underQuota) {}
}
