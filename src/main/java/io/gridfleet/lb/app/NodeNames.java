package io.gridfleet.lb.app;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.NodeConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rule that names of nodes and of devices are unique. Where a name was written is only asked
 * for if another has it too.
 */
public final class NodeNames {
  private final Map<String, Supplier<String>> nodes = new HashMap<>();
  private final Map<String, Supplier<String>> devices = new HashMap<>();

  static void check(List<NodeConfig> nodes, ConstraintErrors complaints) {
    NodeNames names = new NodeNames();
    for (int i = 0; i < nodes.size(); i++) {
      NodeConfig node = nodes.get(i);
      String at = "nodes[" + i + "]";
      names.node(node, () -> where(at, complaints)).ifPresent(words -> complaints.at(at, words));
      for (int j = 0; j < node.devices().size(); j++) {
        String device = at + ".devices[" + j + "]";
        names
            .device(node, node.devices().get(j), () -> where(device, complaints))
            .ifPresent(words -> complaints.at(device, words));
      }
    }
  }

  private static String where(String key, ConstraintErrors complaints) {
    int line = complaints.line(key);
    return "'" + key + "'" + (line == 0 ? "" : " in line " + line);
  }

  /** Registers the node's name; returns the problem if another node has it. */
  public Optional<String> node(NodeConfig node, Supplier<String> where) {
    @Nullable Supplier<String> other =
        nodes.putIfAbsent(node.name().toLowerCase(Locale.ROOT), where);
    return Optional.ofNullable(other)
        .map(
            first -> "has the name of " + first.get() + ", '" + node.name() + "'; give it an 'id'");
  }

  /** Registers the device's name; returns the problem if another device has it. */
  public Optional<String> device(NodeConfig node, DeviceConfig device, Supplier<String> where) {
    String key = device.key(node.name());
    @Nullable Supplier<String> other = devices.putIfAbsent(key.toLowerCase(Locale.ROOT), where);
    return Optional.ofNullable(other)
        .map(first -> "has the name of " + first.get() + ", '" + key + "'; give it an 'id'");
  }
}
