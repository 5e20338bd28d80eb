package io.gridfleet.lb.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The configured devices of the lab, indexed by id and name. */
public final class Inventory {
  /** Replaced devices beyond so many are entered into new maps. */
  private static final int MAX_REPLACED = 1024;

  /**
   * One moment's devices.
   *
   * @param byId the devices as they were when the maps were made
   * @param replaced those that have replaced one of the same id and names since: copying the maps
   *     of a large lab takes longer than a change of one device should
   */
  private record Contents(
      List<Device> devices,
      Map<DeviceId, Device> byId,
      Map<String, Device> byName,
      Map<DeviceId, Device> replaced,
      Set<String> keys) {
    @Nullable Device current(@Nullable Device found) {
      return found == null ? null : replaced.getOrDefault(found.id(), found);
    }
  }

  private volatile Contents contents = contents(List.of());

  /** Replaces the devices; readers see either the old or the new contents. */
  public synchronized void replace(Collection<Device> devices) {
    List<Device> now = List.copyOf(devices);
    Contents before = contents;
    List<Device> replaced = replaced(before.devices(), now);
    if (replaced == null) {
      contents = contents(now);
    } else if (!replaced.isEmpty()) {
      contents = with(before, now, replaced);
    }
  }

  /**
   * Returns the devices that replace those at the same place; null if ids, names or the order
   * differ.
   */
  @SuppressWarnings("ReferenceEquality") // an equal device replaces its equal, without effect
  private static @Nullable List<Device> replaced(List<Device> before, List<Device> now) {
    if (before.size() != now.size()) {
      return null;
    }
    List<Device> replaced = new ArrayList<>();
    for (int i = 0; i < now.size(); i++) {
      Device old = before.get(i);
      Device device = now.get(i);
      if (old != device) {
        if (!old.id().equals(device.id()) || !names(old).equals(names(device))) {
          return null;
        }
        replaced.add(device);
      }
    }
    return replaced;
  }

  private static Contents with(Contents before, List<Device> now, List<Device> newer) {
    if (before.replaced().size() + newer.size() > MAX_REPLACED) {
      return contents(now);
    }
    Map<DeviceId, Device> replaced = new HashMap<>(before.replaced());
    newer.forEach(device -> replaced.put(device.id(), device));
    return new Contents(now, before.byId(), before.byName(), replaced, keys(now));
  }

  private static Contents contents(List<Device> devices) {
    Map<DeviceId, Device> byId = new HashMap<>();
    Map<String, Device> byName = new HashMap<>();
    for (Device device : devices) {
      byId.put(device.id(), device);
      names(device).forEach(name -> byName.putIfAbsent(name, device));
    }
    return new Contents(devices, byId, byName, Map.of(), keys(devices));
  }

  /** Devices of a lab are much alike, and those with the same keys share the set of them. */
  private static Set<String> keys(List<Device> devices) {
    Set<Set<String>> different = Collections.newSetFromMap(new IdentityHashMap<>());
    devices.forEach(device -> different.add(device.attributes().keys()));
    Set<String> keys = new HashSet<>();
    different.forEach(keys::addAll);
    return Set.copyOf(keys);
  }

  /** Returns the names of a device, in lower case; the first device of a name has it. */
  private static List<String> names(Device device) {
    List<String> names = new ArrayList<>();
    name(names, device.id().value());
    device.udid().ifPresent(udid -> name(names, udid));
    name(names, device.address());
    name(names, device.id() + "@" + device.node().url().getHost());
    name(names, device.attributes().raw("serial"));
    name(names, device.attributes().raw("device_id"));
    return names;
  }

  private static void name(List<String> names, @Nullable Object name) {
    if (name instanceof String text && !text.isEmpty()) {
      names.add(text.toLowerCase(Locale.ROOT));
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
    Contents now = contents;
    return Optional.ofNullable(now.current(now.byId().get(id)));
  }

  /** Returns name and id for people; the id alone if the device was removed. */
  public String describe(DeviceId id) {
    return device(id).map(Device::toString).orElse(id.value());
  }

  /** Returns the device with this udid, serial, id or {@code id@host}, ignoring case. */
  public Optional<Device> named(String name) {
    Contents now = contents;
    Device found = now.byName().get(name.strip().toLowerCase(Locale.ROOT));
    return Optional.ofNullable(now.current(found));
  }
}
