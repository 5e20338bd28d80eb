package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.run.DriverPacks.PlatformRef;
import io.gridfleet.lb.selector.AttributeTables;
import io.gridfleet.lb.selector.Attributes;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes a device in the terms of the GridFleet API: by its attributes, or else by its udid and
 * platform. Manufacturer and model are never empty, so that a suite needs no second request
 * (rest.md#devices).
 */
public final class DeviceDescription {
  private static final Set<String> DEVICE_TYPES = Set.of("real_device", "emulator", "simulator");
  private static final Set<String> CONNECTION_TYPES = Set.of("usb", "network", "virtual");

  /** The udid of an iOS simulator, a UUID; real devices have 40 hex digits, or 8 and 16. */
  private static final Pattern SIMULATOR_UDID =
      Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

  private static final Pattern HOST_PORT = Pattern.compile("(\\d+(?:\\.\\d+){3}):\\d+");

  private DeviceDescription() {}

  /**
   * Returns the description that a reservation stores and a device row shows; fields without a
   * value are absent.
   */
  public static ReservedDevice of(Device device, DeviceOverride override, DriverPacks packs) {
    PlatformRef ref = packs.of(device);
    String udid = udid(device);
    String target = target(device);
    String deviceType = deviceType(device, ref);
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("identity_scheme", scheme(device));
    fields.put("identity_scope", device.udid().isPresent() ? "global" : "host");
    fields.put("identity_value", text(device, "identity_value").orElse(udid));
    fields.put("pack_id", ref.packId());
    fields.put("platform_id", ref.platformId());
    fields.put("platform_label", packs.platform(ref).map(Platform::label).orElse(ref.platformId()));
    fields.put("os_version", text(device, "os_version").orElse("unknown"));
    fields.put("name", device.name());
    fields.put("connection_target", target);
    fields.put("device_type", deviceType);
    fields.put("connection_type", connectionType(device, deviceType, target));
    fields.put("manufacturer", text(device, "manufacturer").orElseGet(() -> maker(device)));
    fields.put("model", text(device, "model").orElse(device.name()));
    text(device, "model_number").ifPresent(number -> fields.put("model_number", number));
    put(fields, "host_ip", device.node().url().getHost());
    text(device, "ip_address")
        .or(() -> text(device, "ip"))
        .or(() -> address(target))
        .ifPresent(ip -> fields.put("ip_address", ip));
    return new ReservedDevice(fields, tags(device, override));
  }

  /**
   * Returns the device with the derived attributes that selectors and the testkit's capabilities
   * use: platform, kinds, groups, and overridden tags. Attributes of the inventory take precedence.
   * {@code device_type} is AppiumLB's name of the platform, so the testkit's is {@code
   * device_kind}.
   *
   * @param tables the tables of the inventory that the device belongs to
   */
  public static Device complete(
      Device device, DeviceOverride override, DriverPacks packs, AttributeTables tables) {
    Attributes changed = attributes(device, override, packs, tables);
    return new Device(
        device.id(),
        device.node(),
        device.name(),
        device.udid(),
        device.platform(),
        changed,
        device.rank(),
        device.slots(),
        device.capabilities(),
        device.defaultCapabilities(),
        override.tags().isEmpty()
            ? changed
            : attributes(device, DeviceOverride.none(device.id()), packs, tables));
  }

  private static Attributes attributes(
      Device device, DeviceOverride override, DriverPacks packs, AttributeTables tables) {
    PlatformRef ref = packs.of(device);
    String deviceType = deviceType(device, ref);
    String target = target(device);
    Map<String, String> derived =
        Map.of(
            "device_kind", deviceType,
            "pack_id", ref.packId(),
            "platform_id", ref.platformId(),
            "connection_type", connectionType(device, deviceType, target),
            "connection_target", target);
    Map<String, String> tags = Collections.unmodifiableMap(tags(device, override));
    Map<String, Object> changed = new LinkedHashMap<>();
    changed.put("tag", tags);
    changed.put("groups", List.copyOf(groups(device, tags)));
    return device.attributes().withTags(changed, derived, tables);
  }

  private static String udid(Device device) {
    return device.udid().orElse(device.id().value());
  }

  private static String target(Device device) {
    return text(device, "connection_target").orElseGet(() -> udid(device));
  }

  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /** Returns the inventory's tags with the overrides applied. */
  public static Map<String, String> tags(Device device, DeviceOverride override) {
    Map<String, String> tags = new TreeMap<>();
    Object whole = device.attributes().raw("tags");
    if (!(whole instanceof Map)) {
      whole = device.attributes().raw("tag");
    }
    if (whole instanceof Map<?, ?> map) {
      map.forEach((key, value) -> tags.put(String.valueOf(key), String.valueOf(value)));
    } else {
      for (String key : device.attributes().keys()) {
        if (key.startsWith("tag.")) {
          tags.put(key.substring(4), text(device, key).orElse(""));
        }
      }
    }
    override
        .tags()
        .forEach(
            (key, value) -> {
              tags.keySet().removeIf(key::equalsIgnoreCase);
              tags.put(key, value);
            });
    return tags;
  }

  /**
   * Returns the groups of a device: its attribute {@code groups}, and its tags that are {@code
   * true}.
   */
  public static Set<String> groups(Device device, Map<String, String> tags) {
    Set<String> groups = new TreeSet<>();
    if (device.attributes().raw("groups") instanceof Collection<?> named) {
      named.forEach(group -> groups.add(String.valueOf(group)));
    }
    tags.forEach(
        (key, value) -> {
          if (value.equalsIgnoreCase("true")) {
            groups.add(key);
          }
        });
    return groups;
  }

  /** Returns an attribute of a device as text. */
  public static Optional<String> text(Device device, String key) {
    Object raw = device.attributes().raw(key);
    return raw == null || raw instanceof Map
        ? Optional.empty()
        : Optional.of(raw.toString()).filter(value -> !value.isBlank());
  }

  private static String deviceType(Device device, PlatformRef ref) {
    Optional<String> configured = text(device, "device_type").filter(DEVICE_TYPES::contains);
    if (configured.isPresent()) {
      return configured.get();
    }
    String udid = device.udid().orElse("");
    boolean apple = ref.packId().equals("appium-xcuitest");
    if (apple && SIMULATOR_UDID.matcher(udid).matches()) {
      return "simulator";
    }
    return udid.startsWith("emulator-") ? "emulator" : "real_device";
  }

  private static String connectionType(Device device, String deviceType, String target) {
    Optional<String> configured =
        text(device, "connection_type").filter(CONNECTION_TYPES::contains);
    if (configured.isPresent()) {
      return configured.get();
    }
    if (!deviceType.equals("real_device") || device.platform().equals(Device.BROWSER)) {
      return "virtual";
    }
    boolean net = device.platform().equals("roku") || address(target).isPresent();
    return net ? "network" : "usb";
  }

  private static Optional<String> address(String target) {
    var matcher = HOST_PORT.matcher(target);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String scheme(Device device) {
    return switch (device.platform()) {
      case "android" -> "android_serial";
      case "ios", "tvos" -> "apple_udid";
      case "roku" -> "roku_serial";
      default -> "gridfleet_id";
    };
  }

  private static String maker(Device device) {
    return switch (device.platform()) {
      case "ios", "tvos" -> "Apple";
      case "roku" -> "Roku";
      default -> "unknown";
    };
  }
}
