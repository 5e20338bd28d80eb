package io.gridfleet.lb.device;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The configured devices of the lab, indexed by id and name. */
public final class Inventory {
  private record Contents(
      List<Device> devices,
      Map<DeviceId, Device> byId,
      Map<String, Device> byName,
      Set<String> keys) {}

  private volatile Contents contents = contents(List.of());

  /** Replaces the devices; readers see either the old or the new contents. */
  public void replace(Collection<Device> devices) {
    contents = contents(List.copyOf(devices));
  }

  private static Contents contents(List<Device> devices) {
    Map<DeviceId, Device> byId = new HashMap<>();
    Map<String, Device> byName = new HashMap<>();
    for (Device device : devices) {
      byId.put(device.id(), device);
      name(byName, device.id().value(), device);
      device.udid().ifPresent(udid -> name(byName, udid, device));
      name(byName, device.address(), device);
      name(byName, device.id() + "@" + device.node().url().getHost(), device);
      name(byName, device.attributes().raw("serial"), device);
      name(byName, device.attributes().raw("device_id"), device);
    }
    Set<String> keys = new HashSet<>();
    devices.forEach(device -> keys.addAll(device.attributes().keys()));
    return new Contents(devices, byId, byName, Set.copyOf(keys));
  }

  private static void name(Map<String, Device> names, @Nullable Object name, Device device) {
    if (name instanceof String text && !text.isEmpty()) {
      names.putIfAbsent(text.toLowerCase(Locale.ROOT), device);
    }
  }

  public List<Device> devices() {
    return contents.devices();
  }

  /** Returns the attribute keys of all devices, case-folded. */
  public Set<String> keys() {
    return contents.keys();
  }

  public Optional<Device> device(DeviceId id) {
    return Optional.ofNullable(contents.byId().get(id));
  }

  /** Returns name and id for people; the id alone if the device was removed. */
  public String describe(DeviceId id) {
    return device(id).map(Device::toString).orElse(id.value());
  }

  /** Returns the device with this udid, serial, id or {@code id@host}, ignoring case. */
  public Optional<Device> named(String name) {
    return Optional.ofNullable(contents.byName().get(name.strip().toLowerCase(Locale.ROOT)));
  }
}
