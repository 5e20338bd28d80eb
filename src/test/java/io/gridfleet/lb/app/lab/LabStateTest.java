package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.InventoryFile;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.run.DriverPacks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LabStateTest {
  private final VirtualTime time = new VirtualTime();
  private final Inventory inventory = new Inventory();
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(new FakeDeviceLocks(time), Duration.ofSeconds(30), System::nanoTime),
          time,
          time);
  private final LabState lab =
      new LabState(
          inventory,
          new NodeDirectory(),
          distributor,
          new FleetUpdates(distributor),
          DriverPacks.of(List.of()),
          Runnable::run,
          time);

  /** The sweep reads all overrides every ten seconds; a lab has tens of thousands of devices. */
  @Test
  void overridesThatAreKnownAlreadyRenewNothing() {
    lab.take(nodes("[{udid: a, platformName: iOS}, {udid: b, platformName: iOS}]"));
    lab.overridden(List.of(maintenance("a", "broken"), tagged("b", "x")));
    List<Device> before = inventory.devices();
    lab.overridden(List.of(maintenance("a", "broken"), tagged("b", "x")));
    assertThat(inventory.devices()).isSameAs(before);

    lab.overridden(tagged("b", "y"));
    assertThat(inventory.devices().get(0)).isSameAs(before.get(0));
    assertThat(inventory.devices().get(1).attributes().raw("tag.team")).isEqualTo("y");
  }

  @Test
  void maintenanceHoldsForADeviceThatIsAddedLaterAndEnds() {
    lab.overridden(List.of(maintenance("a", "broken")));
    lab.take(nodes("[{udid: a, platformName: iOS}]"));
    assertThat(inMaintenance()).isTrue();
    lab.take(nodes("[]"));
    lab.take(nodes("[{udid: a, platformName: iOS, name: other}]"));
    assertThat(inMaintenance()).isTrue();

    lab.overridden(DeviceOverride.none(DeviceId.of("a")));
    assertThat(inMaintenance()).isFalse();
  }

  @Test
  void aReloadChangesAddsAndRemovesDevicesOfTheDistributor() {
    lab.take(nodes("[{udid: a, platformName: iOS}, {udid: b, platformName: iOS}]"));
    lab.take(nodes("[{udid: b, platformName: iOS, slots: 3}, {udid: c, platformName: iOS}]"));

    assertThat(lab.all())
        .extracting(status -> status.device().name() + " " + status.device().slots())
        .containsExactlyInAnyOrder("b 3", "c 1");
  }

  private boolean inMaintenance() {
    DeviceStatus status = lab.all().get(0);
    return status.has(Inhibitor.Kind.MAINTENANCE);
  }

  private static DeviceOverride maintenance(String device, String reason) {
    return new DeviceOverride(DeviceId.of(device), Optional.of(reason), Map.of(), Map.of());
  }

  private static DeviceOverride tagged(String device, String team) {
    return new DeviceOverride(
        DeviceId.of(device), Optional.empty(), Map.of("team", team), Map.of());
  }

  private static List<NodeConfig> nodes(String devices) {
    return ConfigLoader.of(InventoryFile.class)
        .text("lab.yaml", "nodes: [{url: \"http://one:4723\", devices: " + devices + "}]")
        .load()
        .value()
        .nodes();
  }
}
