package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.StoreSection;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.selector.AttributeTables;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabDevicesTest {
  private static final List<Device> EXAMPLE =
      LabDevices.of(
          ConfigLoader.of(GridFleetConfig.class)
              .file(Path.of("conf/gridfleet-lb.yaml"))
              .load()
              .value()
              .nodes());

  @Test
  void aDeviceIsWhatItsOperatorWrote() {
    Device phone = EXAMPLE.get(0);
    assertThat(phone.id()).isEqualTo(DeviceId.of("00008030-001D"));
    assertThat(phone.platform()).isEqualTo("ios");
    assertThat(phone.rank()).isEqualTo(10);
    assertThat(phone.address()).isEqualTo("00008030-001D@10.0.0.7");
    assertThat(phone.capabilities())
        .isEqualTo(Capabilities.of(Map.of("appium:wdaLocalPort", 8101)));
    Device state = EXAMPLE.get(1);
    assertThat(state.platform()).isEqualTo(Device.BROWSER);
    assertThat(state.udid()).isEmpty();
    assertThat(state.slots()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "udid:00008030-001d",
        "device_type:ios",
        "os_version:>17",
        "geos:\"Mountain View\"",
        "carrier:sprint",
        "tag.team:checkout",
        "team:checkout",
        "node:mac-mini-1",
        "rank:10",
        "hostname:10.0.0.7",
        "name:\"iPhone 15, bench 3\"",
        "model:iphone*",
        "slots:1",
        "id:00008030-001D",
        "device_id:00008030-001D",
        "-browser_name:*"
      })
  void everyFieldTagAndAttributeCanBeAskedFor(String selector) {
    assertThat(Selector.parse(selector).matches(EXAMPLE.get(0).attributes())).isTrue();
    assertThat(Selector.parse(selector).matches(EXAMPLE.get(1).attributes())).isFalse();
  }

  @Test
  void devicesBuiltWithOneTableShareKeysAndValues() {
    AttributeTables tables = new AttributeTables();
    List<NodeConfig> nodes = nodes("p1", "p2");
    List<Device> devices = LabDevices.of(nodes, tables);
    assertShared(devices);
    assertShared(
        devices.stream()
            .map(
                device ->
                    DeviceDescription.complete(
                        device, DeviceOverride.none(device.id()), DriverPacks.builtIn(), tables))
            .toList());
  }

  private static void assertShared(List<Device> devices) {
    Attributes one = devices.get(0).attributes();
    Attributes other = devices.get(1).attributes();
    assertThat(one.keys()).contains("model").isSameAs(other.keys());
    assertThat(one.raw("model")).isEqualTo("Pixel 8").isSameAs(other.raw("model"));
  }

  private static List<NodeConfig> nodes(String... udids) {
    List<Map<String, Object>> devices =
        Stream.of(udids)
            .<Map<String, Object>>map(
                udid ->
                    Map.of(
                        "udid",
                        udid,
                        "platformName",
                        "Android",
                        "attributes",
                        Map.of("model", "Pixel 8")))
            .toList();
    Map<String, Object> node = Map.of("url", "http://10.0.0.7:4723", "devices", devices);
    return ConfigLoader.of(GridFleetConfig.class)
        .text("lab", Json.text(Map.of("nodes", List.of(node))))
        .load()
        .value()
        .nodes();
  }

  @Test
  void theDemoLabIsAConfigurationLikeAnyOther() {
    try (DemoLab lab = DemoLab.start()) {
      GridFleetConfig config =
          ConfigLoader.of(GridFleetConfig.class)
              .text("demo", Json.text(Map.of("nodes", lab.inventory())))
              .load()
              .value();
      List<Device> devices = LabDevices.of(config.nodes());
      assertThat(devices).hasSizeGreaterThanOrEqualTo(12);
      assertThat(devices).extracting(Device::id).doesNotHaveDuplicates();
      Selector selector = Selector.parse("os_version:>9 geos:\"Mountain View, US\"");
      assertThat(devices.stream().filter(device -> selector.matches(device.attributes())))
          .isNotEmpty();
    }
  }

  @Test
  void aNodeThatMustNotBePublishedHasNoPublicUrl() {
    GridFleetConfig config =
        ConfigLoader.of(GridFleetConfig.class)
            .text(
                "lab.yaml",
                "nodes: [{url: 'http://a:1', publicUrl: 'https://a', directConnect: false,"
                    + " forwardCapabilities: ['gridfleet:testName']}]")
            .load()
            .value();
    assertThat(LabDevices.node(config.nodes().get(0)).publicUrl()).isEmpty();
    assertThat(LabDevices.node(config.nodes().get(0)).forwardedCapabilities())
        .containsExactly("gridfleet:testname");
  }

  @Test
  void theStoresPasswordComesFromTheEnvironmentAndIsNotShown() {
    StoreSection store =
        ConfigLoader.of(GridFleetConfig.class)
            .text("lab.yaml", "store: {address: 'postgresql://lab@db:5432/lab', passwordEnv: PW}")
            .environment(Map.of("PW", "hush"))
            .load()
            .value()
            .store();
    var config = store.toStoreConfig(Duration.ofDays(1), name -> Optional.of("hush"));
    assertThat(config.password()).contains("hush");
    assertThat(config.keepEnded()).isEqualTo(Duration.ofDays(1));
    assertThat(config.toString() + store).doesNotContain("hush");
  }
}
