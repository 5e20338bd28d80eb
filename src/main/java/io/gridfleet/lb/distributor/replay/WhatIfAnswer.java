package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.RecordedTraffic;
import java.util.List;
import java.util.Optional;

/**
 * Two replays of the same requests.
 *
 * @param time whose requests were replayed; shorter than asked if there were too many
 * @param requests how many
 * @param before with the devices of the lab
 * @param after with more or fewer
 * @param copied the device that those added are copies of
 * @param assumptions sentences for people
 */
public record WhatIfAnswer(
    RecordedTraffic.Time time,
    int requests,
    ReplayResult before,
    ReplayResult after,
    Optional<Device> copied,
    List<String> assumptions) {
  public WhatIfAnswer {
    assumptions = List.copyOf(assumptions);
  }
}
