package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.replay.ReplayException.Reason;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import io.gridfleet.lb.selector.Attributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A lab with more or fewer devices of a kind.
 *
 * @param devices all of them
 * @param copied the device that those added are copies of
 * @param removed those that aren't in it
 */
record FleetVariation(List<Device> devices, Optional<Device> copied, List<Device> removed) {
  /** Attributes that name one device. A copy has its own id, and none of the others. */
  private static final Set<String> NAMES =
      Set.of("id", "name", "udid", "serial", "device_id", "identity_value", "connection_target");

  FleetVariation {
    devices = List.copyOf(devices);
    removed = List.copyOf(removed);
  }

  /**
   * Adds copies of the device of a kind that had the most recorded sessions, or removes those with
   * the fewest.
   *
   * @throws ReplayException if there are no or too few devices of the kind
   */
  static FleetVariation of(List<Device> devices, WhatIfQuery query, List<Use> uses) {
    Map<DeviceId, Integer> sessions = new HashMap<>();
    for (Use use : uses) {
      sessions.merge(use.device(), use.kind() == Kind.SESSION ? 1 : 0, Integer::sum);
    }
    List<Device> ofKind =
        devices.stream()
            .filter(query.kind())
            .sorted(
                Comparator.comparingInt((Device it) -> sessions.getOrDefault(it.id(), 0))
                    .reversed()
                    .thenComparing(Device::name)
                    .thenComparing(Device::id))
            .toList();
    if (ofKind.isEmpty()) {
      throw new ReplayException(Reason.INVALID, "No device of the lab is of this kind");
    }
    if (query.add() < -ofKind.size()) {
      throw new ReplayException(
          Reason.INVALID,
          "The lab has %d devices of this kind, fewer than to be removed".formatted(ofKind.size()));
    }
    return query.add() > 0
        ? with(devices, ofKind.get(0), query.add())
        : without(devices, ofKind.subList(ofKind.size() + query.add(), ofKind.size()));
  }

  private static FleetVariation with(List<Device> devices, Device copied, int copies) {
    List<Device> all = new ArrayList<>(devices);
    for (int i = 1; i <= copies; i++) {
      all.add(copy(copied, i));
    }
    return new FleetVariation(all, Optional.of(copied), List.of());
  }

  private static FleetVariation without(List<Device> devices, List<Device> removed) {
    Set<Device> gone = new HashSet<>(removed);
    return new FleetVariation(
        devices.stream().filter(device -> !gone.contains(device)).toList(),
        Optional.empty(),
        removed);
  }

  private static Device copy(Device device, int number) {
    DeviceId id = DeviceId.of("copy-%d-of-%s".formatted(number, device.id()));
    return new Device(
        id,
        device.node(),
        "copy %d of %s".formatted(number, device.name()),
        Optional.empty(),
        device.platform(),
        renamed(device.attributes(), id),
        device.rank(),
        device.slots(),
        device.capabilities(),
        device.defaultCapabilities(),
        renamed(device.configured(), id));
  }

  private static Attributes renamed(Attributes attributes, DeviceId id) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String key : attributes.keys()) {
      Object value = attributes.raw(key);
      if (value != null && !NAMES.contains(key)) {
        values.put(key, value);
      }
    }
    values.put("id", id.value());
    return Attributes.of(values);
  }
}
