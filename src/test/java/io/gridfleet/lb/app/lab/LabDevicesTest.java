package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.StoreSection;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
