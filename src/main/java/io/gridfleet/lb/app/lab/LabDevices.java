package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.AttributeTables;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Converts configured devices to the model's. Every field, tag and attribute can be used in a
 * selector; an attribute of the operator takes precedence over a field.
 */
public final class LabDevices {
  private LabDevices() {}

  /** The devices of these nodes, in their order. */
  public static List<Device> of(List<NodeConfig> nodes) {
    return of(nodes, new AttributeTables());
  }

  /**
   * Returns the devices of these nodes, in their order.
   *
   * @param tables what the attributes of these devices share
   */
  static List<Device> of(List<NodeConfig> nodes, AttributeTables tables) {
    List<Device> devices = new ArrayList<>();
    for (NodeConfig config : nodes) {
      Node node = node(config);
      config
          .devices()
          .forEach(device -> devices.add(device(node, device, tables, device.browserVersion())));
    }
    return List.copyOf(devices);
  }

  /** The node itself. */
  public static Node node(NodeConfig config) {
    return new Node(
        new NodeId(config.name()),
        config.url(),
        config.directConnect() ? config.publicUrl() : Optional.empty(),
        inLowerCase(config.forwardCapabilities()),
        inLowerCase(config.socketHosts()));
  }

  private static Set<String> inLowerCase(List<String> texts) {
    return texts.stream()
        .map(text -> text.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Returns one device.
   *
   * @param tables what the attributes of an inventory's devices share
   * @param browserVersion as configured, or as its node reported it
   */
  static Device device(
      Node node, DeviceConfig config, AttributeTables tables, Optional<String> browserVersion) {
    String key = config.key(node.id().value());
    DeviceId id = DeviceId.of(key);
    String name = config.name().orElse(key);
    return new Device(
        id,
        node,
        name,
        config.udid(),
        config.platformName().map(text -> text.toLowerCase(Locale.ROOT)).orElse(Device.BROWSER),
        Attributes.of(attributes(node, config, id, browserVersion), tables),
        config.rank(),
        config.slots(),
        Capabilities.of(config.capabilities()),
        Capabilities.of(config.defaultCapabilities()));
  }

  private static Map<String, Object> attributes(
      Node node, DeviceConfig config, DeviceId id, Optional<String> browserVersion) {
    Map<String, Object> all = new LinkedHashMap<>(config.attributes());
    String key = config.key(node.id().value());
    all.put("id", key.equals(id.value()) ? key : List.of(id.value(), key));
    all.put("node", node.id().value());
    all.putIfAbsent("name", config.name().orElse(key));
    all.putIfAbsent("hostname", node.url().getHost());
    all.putIfAbsent("rank", config.rank());
    all.putIfAbsent("slots", config.slots());
    config.udid().ifPresent(udid -> all.putIfAbsent("udid", udid));
    config.platformName().ifPresent(platform -> all.putIfAbsent("platformName", platform));
    config.browserName().ifPresent(browser -> all.putIfAbsent("browserName", browser));
    browserVersion.ifPresent(version -> all.putIfAbsent("browserVersion", version));
    if (!config.tags().isEmpty()) {
      all.put("tag", config.tags());
    }
    return all;
  }
}
