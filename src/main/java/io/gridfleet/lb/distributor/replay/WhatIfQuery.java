package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.RecordedTraffic;
import java.util.function.Predicate;

/**
 * What would have changed with more or fewer devices.
 *
 * @param kind which devices are of the kind
 * @param add how many more of them; negative for fewer
 * @param time whose requests are replayed
 */
public record WhatIfQuery(Predicate<Device> kind, int add, RecordedTraffic.Time time) {}
