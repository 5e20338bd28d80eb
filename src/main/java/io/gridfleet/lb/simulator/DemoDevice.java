package io.gridfleet.lb.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds a device of the demo lab in the form of a configuration file. */
final class DemoDevice {
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final Map<String, Object> attributes = new LinkedHashMap<>();
  private final Map<String, String> tags = new LinkedHashMap<>();

  private DemoDevice() {}

  static DemoDevice of(String udid, String name, String platform, String type) {
    DemoDevice device = new DemoDevice();
    device.fields.put("udid", udid);
    device.fields.put("name", name);
    device.fields.put("platformName", platform);
    device.attributes.put("device_type", type);
    device.attributes.put("serial", udid);
    return device;
  }

  static DemoDevice browser(String name, String version, int slots) {
    DemoDevice device = new DemoDevice();
    device.fields.put("browserName", name);
    device.fields.put("browserVersion", version);
    device.fields.put("slots", slots);
    device.attributes.put("device_type", "browser");
    device.attributes.put("device_skus", List.of(name));
    return device;
  }

  DemoDevice made(String manufacturer, String model, String osVersion) {
    attributes.put("manufacturer", manufacturer);
    attributes.put("model", model);
    attributes.put("os_version", osVersion);
    attributes.put("device_skus", List.of(model));
    return this;
  }

  DemoDevice locatedIn(String city, String... carriers) {
    attributes.put("geos", List.of(city));
    if (carriers.length > 0) {
      attributes.put("carriers", List.of(carriers));
    }
    return this;
  }

  DemoDevice tag(String key, String value) {
    tags.put(key, value);
    return this;
  }

  String udid() {
    return (String) fields.getOrDefault("udid", "");
  }

  /** A device entry of a configuration file. */
  Map<String, Object> entry() {
    Map<String, Object> entry = new LinkedHashMap<>(fields);
    entry.put("attributes", new LinkedHashMap<>(attributes));
    if (!tags.isEmpty()) {
      entry.put("tags", new LinkedHashMap<>(tags));
    }
    return entry;
  }
}
