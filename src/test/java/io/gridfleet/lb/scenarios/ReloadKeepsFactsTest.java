package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The inventory file changes while the server runs: the state of devices is kept. */
@ExtendWith(LeakCheck.class)
final class ReloadKeepsFactsTest {
  private static final String RUN =
      """
      {"name":"nightly","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":1}]}""";

  @TempDir Path folder;

  @RegisterExtension final Lab lab = new Lab();

  private final SimulatedFleet fleet = SimulatedFleet.of(1, 2);

  /** The node with so many of its devices; with none it isn't there. */
  private void inventory(int devices) throws IOException {
    Map<String, Object> node = new LinkedHashMap<>(fleet.inventory().get(0));
    node.put("devices", ((List<?>) node.get("devices")).subList(0, devices));
    List<Map<String, Object>> nodes = devices == 0 ? List.of() : List.of(node);
    Files.writeString(
        folder.resolve("lab.yaml"), JsonClient.JSON.writeValueAsString(Map.of("nodes", nodes)));
  }

  private void startWith(int devices) throws IOException {
    inventory(devices);
    lab.start(
        fleet,
        Map.of(
            "nodes",
            List.of(),
            "inventory",
            Map.of("files", List.of(folder.resolve("*.yaml").toString())),
            "probe",
            Map.of("interval", "1s", "timeout", "1s", "downAfter", 2, "maxInterval", "1s")));
  }

  private void reload(int devices) throws IOException {
    inventory(devices);
    lab.server().reload();
  }

  private List<DeviceView> states() {
    return lab.server().distributor().states();
  }

  private List<Kind> inhibitors(int device) {
    return states().get(device).inhibitors().stream().map(found -> found.kind()).toList();
  }

  @Test
  void aDeviceAddedOnANodeThatIsDownIsOffline() throws IOException {
    startWith(1);
    lab.node(1).die();
    Lab.until("offline", () -> inhibitors(0).contains(Kind.OFFLINE));

    reload(2);

    assertThat(inhibitors(1)).contains(Kind.OFFLINE);
    lab.node(1).comeBack();
    Lab.until("back", () -> inhibitors(0).isEmpty() && inhibitors(1).isEmpty());
  }

  @Test
  void aRunIsServedByItsDeviceThatWasAwayAndMaintenanceStands() throws IOException {
    startWith(2);
    String run = lab.ask("POST", "/api/runs", RUN).answered().json().path("id").asText();
    DeviceId other =
        states().stream()
            .filter(device -> device.reservedBy().isEmpty())
            .findFirst()
            .orElseThrow()
            .device()
            .id();
    lab.ask("POST", "/api/devices/" + other + "/maintenance", "{\"reason\":\"battery\"}")
        .answered();

    reload(0);
    assertThat(states()).isEmpty();
    reload(2);

    assertThat(states())
        .anyMatch(device -> device.reservedBy().filter(run::equals).isPresent())
        .anyMatch(
            device ->
                device.device().id().equals(other)
                    && device.inhibitors().get(0).kind() == Kind.MAINTENANCE);
    String session = lab.session("'gridfleet:run_id':'" + run + "'");
    lab.delete(session);
    lab.ask("POST", "/api/runs/" + run + "/complete", "").answered();
  }
}
