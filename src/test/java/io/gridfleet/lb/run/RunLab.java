package io.gridfleet.lb.run;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A lab of phones for tests: devices, overrides, locked and offline devices. */
public final class RunLab implements DeviceStatuses {
  /** The default configuration with the claim routes of old suites. */
  public static RunConfig withLegacyClaims() {
    RunConfig usual = ConfigLoader.defaults(RunConfig.class);
    RunConfig.LegacyClaims on =
        new RunConfig.LegacyClaims(true, usual.claims().ttl(), usual.claims().retryAfter());
    return new RunConfig(
        usual.ttl(),
        usual.mostTtl(),
        usual.heartbeatTimeout(),
        usual.expiryInterval(),
        usual.cooldown(),
        on,
        usual.packs());
  }

  /** Returns the commands on these runs, of a lab without devices. */
  public static RunCommands commands(Runs runs, SessionsOfRun sessions, RunListener listener) {
    RunLab lab = new RunLab();
    ChangeOverride overrides = new ChangeOverride(lab.overrides(), now -> {});
    return new RunCommands(
        new RunCommands.Parts(runs, lab, DriverPacks.builtIn(), overrides, sessions),
        ConfigLoader.defaults(RunConfig.class),
        new RunBindings(new RunListener() {}),
        listener,
        InstantSource.system());
  }

  private static final Node NODE =
      new Node(
          new NodeId("mac-mini-1"), URI.create("http://10.0.0.7:4723"), Optional.empty(), Set.of());

  private final List<Device> devices = new ArrayList<>();
  private final Map<DeviceId, HeldLock> locks = new ConcurrentHashMap<>();
  private final Set<DeviceId> offline = ConcurrentHashMap.newKeySet();
  private final FakeDeviceOverrides overrides = new FakeDeviceOverrides();

  public Device add(String udid, String platform, Map<String, ?> attributes) {
    Device device =
        new Device(
            DeviceId.of(udid),
            NODE,
            "Bench " + udid,
            Optional.of(udid),
            platform.toLowerCase(Locale.ROOT),
            Attributes.of(attributes),
            0,
            1,
            Capabilities.of(Map.of("appium:systemPort", 8200)),
            Capabilities.of(Map.of("appium:noReset", true)));
    return add(device);
  }

  public Device add(Device device) {
    devices.add(device);
    return device;
  }

  public Device phone(String udid) {
    return add(
        udid, "Android", Map.of("os_version", "14", "model", "Pixel 8", "manufacturer", "Google"));
  }

  public FakeDeviceOverrides overrides() {
    return overrides;
  }

  public void lock(DeviceId device, String holder, Instant now) {
    locks.put(
        device,
        new HeldLock(
            new DeviceLock(device, 0, holder, 1), HeldLock.Kind.SESSION, now, Optional.empty()));
  }

  public void free(DeviceId device) {
    locks.remove(device);
  }

  public boolean locked(DeviceId device) {
    return locks.containsKey(device);
  }

  public void offline(DeviceId device) {
    offline.add(device);
  }

  @Override
  public List<DeviceStatus> all() {
    return devices.stream().map(this::state).toList();
  }

  private DeviceStatus state(Device device) {
    List<Inhibitor> inhibitors = new ArrayList<>();
    overrides
        .of(device.id())
        .maintenance()
        .ifPresent(why -> inhibitors.add(Inhibitor.of(Inhibitor.Kind.MAINTENANCE, why)));
    if (offline.contains(device.id())) {
      inhibitors.add(Inhibitor.of(Inhibitor.Kind.OFFLINE, "no answer"));
    }
    HeldLock lock = locks.get(device.id());
    if (lock != null) {
      inhibitors.add(Inhibitor.of(Inhibitor.Kind.LOCKED, "by a session"));
    }
    return new DeviceStatus(
        device,
        overrides.of(device.id()),
        inhibitors,
        lock == null ? List.of() : List.of(lock),
        Instant.parse("2026-05-12T09:00:00Z"));
  }
}
