package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.store.sql.SqlStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a server has loaded when it begins to listen. */
final class StartTest {
  /** Enough that reading them takes longer than beginning to listen. */
  private static final int PHONES = 400;

  @RegisterExtension private final Lab lab = new Lab();

  @Test
  void storedStatesOfDevicesApplyToTheFirstRequest(@TempDir Path folder) {
    SimulatedFleet fleet = SimulatedFleet.of(1, PHONES);
    Map<String, Object> onDisk = Map.of("store", "sqlite:" + folder.resolve("lab.db"));
    lab.start(fleet, onDisk);
    SqlStore store = lab.server().store();
    List<DeviceId> devices =
        lab.server().distributor().states().stream().map(device -> device.device().id()).toList();
    for (DeviceId device : devices) {
      store
          .avoidedDevices()
          .avoid(device, Duration.ofMinutes(10), "it fell")
          .toCompletableFuture()
          .join();
    }
    store
        .deviceOverrides()
        .change(
            devices.get(0),
            now ->
                new DeviceOverride(now.device(), Optional.of("a new screen"), Map.of(), Map.of()))
        .toCompletableFuture()
        .join();

    lab.start(fleet, onDisk);

    List<DeviceView> states = lab.server().distributor().states();
    assertThat(states).hasSize(PHONES);
    assertThat(states).allMatch(device -> has(device, Inhibitor.Kind.AVOIDED));
    assertThat(states.stream().filter(device -> has(device, Inhibitor.Kind.MAINTENANCE)))
        .hasSize(1);
  }

  private static boolean has(DeviceView device, Inhibitor.Kind kind) {
    return device.inhibitors().stream().anyMatch(each -> each.kind() == kind);
  }
}
