package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.NodeConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a reload added, changed and removed, by the configured names. */
record LabChanges(Map<String, List<String>> byKind) {
  /** A longer list of names in a line is of no use. */
  private static final int MAX_NAMES = 10;

  static LabChanges between(List<NodeConfig> before, List<NodeConfig> after) {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    Set<NodeConfig> same = byIdentity(before);
    same.retainAll(byIdentity(after));
    compare("nodes", nodes(before), nodes(after), kinds);
    compare("devices", devices(before, same), devices(after, same), kinds);
    return new LabChanges(kinds);
  }

  private static Set<NodeConfig> byIdentity(List<NodeConfig> nodes) {
    Set<NodeConfig> all = Collections.newSetFromMap(new IdentityHashMap<>());
    all.addAll(nodes);
    return all;
  }

  /** One for each kind of change: {@code devices added: 2 (a, b)}. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    byKind.forEach(
        (kind, names) -> lines.add(kind + ": " + names.size() + " (" + shortened(names) + ")"));
    return lines;
  }

  static String shortened(List<String> names) {
    return names.size() <= MAX_NAMES
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, MAX_NAMES))
            + " and "
            + (names.size() - MAX_NAMES)
            + " more";
  }

  /** A node's own part, without its devices. */
  private static Map<String, Object> nodes(List<NodeConfig> nodes) {
    Map<String, Object> all = new LinkedHashMap<>();
    nodes.forEach(node -> all.put(node.name(), node.with(List.of())));
    return all;
  }

  private record Placed(String node, DeviceConfig device) {}

  /**
   * @param without nodes whose files are unchanged: their devices, tens of thousands, are the same
   */
  private static Map<String, Object> devices(List<NodeConfig> nodes, Set<NodeConfig> without) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (NodeConfig node : nodes) {
      List<DeviceConfig> devices = without.contains(node) ? List.of() : node.devices();
      for (DeviceConfig device : devices) {
        all.put(device.label(node.name()), new Placed(node.name(), device));
      }
    }
    return all;
  }

  private static void compare(
      String what,
      Map<String, Object> before,
      Map<String, Object> after,
      Map<String, List<String>> kinds) {
    after.keySet().stream()
        .filter(name -> !before.containsKey(name))
        .forEach(name -> add(kinds, what + " added", name));
    after.forEach(
        (name, now) -> {
          if (before.containsKey(name) && !now.equals(before.get(name))) {
            add(kinds, what + " changed", name);
          }
        });
    before.keySet().stream()
        .filter(name -> !after.containsKey(name))
        .forEach(name -> add(kinds, what + " removed", name));
  }

  private static void add(Map<String, List<String>> kinds, String kind, String name) {
    kinds.computeIfAbsent(kind, first -> new ArrayList<>()).add(name);
  }
}
