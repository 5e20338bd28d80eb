package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.run.DeviceStatuses;
import io.gridfleet.lb.run.DriverPacks;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The combined state of the lab's devices: the configured inventory, the overrides of operators,
 * and the results of probes. Its lock guards the inventory's parts while a new inventory is built
 * from them.
 */
public final class LabState implements DeviceStatuses, NodeProbeListener {
  private static final Logger log = LoggerFactory.getLogger(LabState.class);

  private final Inventory inventory;
  private final NodeDirectory directory;
  private final Distributor distributor;
  private final FleetUpdates updates;
  private final InstantSource clock;
  private final Map<DeviceId, DeviceOverride> overrides = new ConcurrentHashMap<>();
  private final Map<DeviceId, Instant> added = new ConcurrentHashMap<>();
  private final Map<NodeId, Map<String, String>> browsers = new ConcurrentHashMap<>();

  /** Counts changes of the overridden tags and of {@link #browsers}, each after it was made. */
  private final AtomicLong revision = new AtomicLong();

  private final BuiltDevices built;
  private final Consumer<Runnable> later;
  private final AtomicBoolean renewing = new AtomicBoolean();
  private List<NodeConfig> nodes = List.of();

  /**
   * @param later runs a task after a short delay, off the event loops
   */
  public LabState(
      Inventory inventory,
      NodeDirectory directory,
      Distributor distributor,
      FleetUpdates updates,
      DriverPacks packs,
      Consumer<Runnable> later,
      InstantSource clock) {
    this.inventory = inventory;
    this.directory = directory;
    this.distributor = distributor;
    this.updates = updates;
    this.built = new BuiltDevices(packs);
    this.later = later;
    this.clock = clock;
  }

  /**
   * The lab after a reading of its configuration.
   *
   * @param added whether it has devices that it didn't have before, whose locks must be read
   */
  public record Taken(List<Node> nodes, boolean added) {}

  /** Replaces the inventory by the configured one. */
  public synchronized Taken take(List<NodeConfig> configured) {
    nodes = List.copyOf(configured);
    List<Node> all = nodes.stream().map(LabDevices::node).toList();
    browsers.keySet().retainAll(all.stream().map(Node::id).toList());
    directory.register(all);
    return new Taken(all, renew());
  }

  /** Updates what differs from before; returns whether devices were added. */
  private boolean renew() {
    BuiltDevices.Update update =
        built.update(
            nodes, new BuiltDevices.Reported(revision.get(), this::reportedVersion, this::tags));
    Instant now = clock.instant();
    update.changed().forEach(device -> added.putIfAbsent(device.id(), now));
    inventory.replace(update.devices());
    updates.devices(update.changed(), update.removed());
    return update.added();
  }

  private Optional<String> reportedVersion(Node node, String browser) {
    return Optional.ofNullable(
        browsers.getOrDefault(node.id(), Map.of()).get(browser.toLowerCase(Locale.ROOT)));
  }

  /** At a start many nodes report at once: the devices are rebuilt once for all of them. */
  @Override
  public void browsersReported(NodeId node, Map<String, String> versions) {
    browsers.put(node, versions);
    revision.incrementAndGet();
    if (renewing.compareAndSet(false, true)) {
      later.accept(this::renewReported);
    }
  }

  private synchronized void renewReported() {
    renewing.set(false);
    renew();
  }

  private Map<String, String> tags(DeviceId id) {
    DeviceOverride known = overrides.isEmpty() ? null : overrides.get(id);
    return known == null ? Map.of() : known.tags();
  }

  private DeviceOverride override(DeviceId id) {
    return overrides.getOrDefault(id, DeviceOverride.none(id));
  }

  /** Applies all stored overrides of operators and suites; most are known already. */
  public synchronized void overridden(Collection<DeviceOverride> all) {
    boolean tagsChanged = false;
    for (DeviceOverride override : all) {
      tagsChanged |= put(override);
    }
    if (tagsChanged) {
      renew();
    }
  }

  /** Applies an override of one device. */
  public synchronized void overridden(DeviceOverride override) {
    overridden(List.of(override));
  }

  /** Returns whether the device has to be built again. */
  private boolean put(DeviceOverride override) {
    DeviceOverride before = override(override.device());
    overrides.put(override.device(), override);
    if (!before.maintenance().equals(override.maintenance())) {
      updates.maintenance(override.device(), override.maintenance());
    }
    boolean changed = !before.tags().equals(override.tags());
    if (changed) {
      revision.incrementAndGet();
    }
    return changed;
  }

  @Override
  public void nodeUp(NodeId node) {
    log.atInfo().addKeyValue("node", node.value()).log("node {} answers", node);
    updates.node(node, Optional.empty());
  }

  @Override
  public void nodeDown(NodeId node, String cause) {
    log.atWarn().addKeyValue("node", node.value()).log("node {} is offline: {}", node, cause);
    updates.node(node, Optional.of(cause));
  }

  @Override
  public List<DeviceStatus> all() {
    return distributor.states().stream().map(this::state).toList();
  }

  @Override
  public Optional<DeviceStatus> find(DeviceId id) {
    return distributor.state(id).map(this::state);
  }

  @Override
  public Optional<Device> device(DeviceId id) {
    return inventory.device(id);
  }

  private DeviceStatus state(DeviceView device) {
    DeviceId id = device.device().id();
    return new DeviceStatus(
        device.device(),
        override(id),
        device.inhibitors(),
        device.locks(),
        added.getOrDefault(id, clock.instant()));
  }

  /** Whether any device could serve a request when it is free. */
  public boolean inService() {
    return distributor.anyInService();
  }
}
