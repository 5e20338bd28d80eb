package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.selector.AttributeTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lab's devices, each with what it was built from. A device whose node, configuration, browser
 * version and overridden tags are the same as before isn't built again and stays the same object: a
 * lab has tens of thousands, and an update usually concerns a few. The devices of a node whose
 * configuration is the same object aren't looked at unless something was reported. Guarded by its
 * owner.
 */
final class BuiltDevices {
  private final DriverPacks packs;
  private final AttributeTables tables = new AttributeTables();
  private Map<String, NodePart> parts = Map.of();

  /** The revision of what {@link #parts} were built from. */
  private long revision;

  BuiltDevices(DriverPacks packs) {
    this.packs = packs;
  }

  /**
   * What a device is built from, beside its configuration and node.
   *
   * @param revision another one after each change of what the functions return
   */
  record Reported(
      long revision,
      BiFunction<Node, String, Optional<String>> browserVersion,
      Function<DeviceId, Map<String, String>> tags) {}

  /**
   * The devices after an update.
   *
   * @param devices all, in the order of their configuration
   * @param changed those that are new or differ from before
   * @param added whether any is new
   * @param removed the ids that are gone
   */
  record Update(List<Device> devices, List<Device> changed, boolean added, Set<DeviceId> removed) {}

  private record Built(
      DeviceConfig config, Optional<String> version, Map<String, String> tags, Device device) {}

  /** A node's devices, in the order of its configuration. */
  private record NodePart(@Nullable NodeConfig config, @Nullable Node node, List<Built> built) {
    static final NodePart NONE = new NodePart(null, null, List.of());

    @SuppressWarnings("ReferenceEquality") // an unchanged file has the same nodes
    boolean isOf(NodeConfig other) {
      return config == other;
    }
  }

  /** Builds what differs from before. */
  Update update(List<NodeConfig> nodes, Reported reported) {
    Map<String, NodePart> now = new LinkedHashMap<>();
    List<Device> devices = new ArrayList<>();
    List<Device> changed = new ArrayList<>();
    Set<DeviceId> removed = new LinkedHashSet<>();
    for (NodeConfig config : nodes) {
      NodePart part = part(config, reported, changed, removed);
      now.put(config.name(), part);
      part.built().forEach(built -> devices.add(built.device()));
    }
    parts.forEach(
        (name, part) -> {
          if (!now.containsKey(name)) {
            part.built().forEach(built -> removed.add(built.device().id()));
          }
        });
    parts = now;
    revision = reported.revision();
    boolean added = false;
    for (Device device : changed) {
      added |= !removed.remove(device.id());
    }
    return new Update(List.copyOf(devices), changed, added, removed);
  }

  private NodePart part(
      NodeConfig config, Reported reported, List<Device> changed, Set<DeviceId> removed) {
    NodePart before = parts.getOrDefault(config.name(), NodePart.NONE);
    if (before.isOf(config) && revision == reported.revision()) {
      return before;
    }
    Node node = LabDevices.node(config);
    boolean sameNode = node.equals(before.node());
    Known known = new Known(before.built(), config.devices());
    List<Built> built = new ArrayList<>(config.devices().size());
    for (int i = 0; i < config.devices().size(); i++) {
      DeviceConfig device = config.devices().get(i);
      Built old = known.of(i, device);
      if (old == null || !sameNode || isOutdated(old, node, reported)) {
        old = made(node, device, reported);
        changed.add(old.device());
      }
      built.add(old);
    }
    known.unused().forEach(old -> removed.add(old.device().id()));
    return new NodePart(config, node, List.copyOf(built));
  }

  /** The built devices of a node as they were, to be found by their configuration. */
  private static final class Known {
    private final List<Built> before;

    /** Whether the device is configured as before, at the same place. */
    private final boolean[] same;

    private final boolean[] used;
    private @Nullable Map<DeviceConfig, Integer> moved;

    Known(List<Built> before, List<DeviceConfig> now) {
      this.before = before;
      this.same = new boolean[before.size()];
      for (int i = 0; i < Math.min(same.length, now.size()); i++) {
        same[i] = isSame(before.get(i).config(), now.get(i));
      }
      this.used = same.clone();
    }

    @SuppressWarnings("ReferenceEquality") // most files are unchanged; records compare all parts
    private static boolean isSame(DeviceConfig before, DeviceConfig now) {
      return before == now || before.equals(now);
    }

    /** The device of this configuration, which is at this place now. */
    @Nullable Built of(int place, DeviceConfig config) {
      if (place < same.length && same[place]) {
        return before.get(place);
      }
      Integer found = moved().get(config);
      if (found == null) {
        return null;
      }
      used[found] = true;
      return before.get(found);
    }

    private Map<DeviceConfig, Integer> moved() {
      if (moved == null) {
        moved = new HashMap<>();
        for (int i = 0; i < same.length; i++) {
          if (!same[i]) {
            moved.put(before.get(i).config(), i);
          }
        }
      }
      return moved;
    }

    List<Built> unused() {
      List<Built> unused = new ArrayList<>();
      for (int i = 0; i < used.length; i++) {
        if (!used[i]) {
          unused.add(before.get(i));
        }
      }
      return unused;
    }
  }

  private static boolean isOutdated(Built old, Node node, Reported reported) {
    return !old.tags().equals(reported.tags().apply(old.device().id()))
        || !old.version().equals(version(node, old.config(), reported));
  }

  private Built made(Node node, DeviceConfig config, Reported reported) {
    Optional<String> version = version(node, config, reported);
    Device configured = LabDevices.device(node, config, tables, version);
    Map<String, String> tags = reported.tags().apply(configured.id());
    DeviceOverride override = new DeviceOverride(configured.id(), Optional.empty(), tags, Map.of());
    return new Built(
        config, version, tags, DeviceDescription.complete(configured, override, packs, tables));
  }

  /** The version of a browser: as configured, or as its node reported it. */
  private static Optional<String> version(Node node, DeviceConfig config, Reported reported) {
    return config.browserVersion().isPresent()
        ? config.browserVersion()
        : config.browserName().flatMap(browser -> reported.browserVersion().apply(node, browser));
  }
}
