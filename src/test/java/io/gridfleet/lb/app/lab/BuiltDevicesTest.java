package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.node.InventoryFile;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.selector.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BuiltDevicesTest {
  private static final String LAB =
      """
      nodes:
        - url: http://one:4723
          devices:
            - {udid: a, platformName: iOS, attributes: {battery: 5}}
            - {udid: b, platformName: iOS}
        - url: http://two:9515
          devices: [{browserName: chrome}]
      """;

  private final BuiltDevices built = new BuiltDevices(DriverPacks.of(List.of()));
  private final Map<DeviceId, DeviceOverride> overrides = new HashMap<>();
  private final List<DeviceId> lookedAt = new ArrayList<>();
  private Optional<String> reported = Optional.empty();
  private long revision;

  @Test
  void unchangedDevicesStayTheSameObjectsAlsoWhenTheirFileIsParsedAgain() {
    BuiltDevices.Update first = update(LAB);
    assertThat(first.changed()).isEqualTo(first.devices()).hasSize(3);
    assertThat(first.added()).isTrue();

    BuiltDevices.Update again = update(LAB);
    assertThat(again.changed()).isEmpty();
    assertThat(again.removed()).isEmpty();
    assertSame(again.devices(), first.devices());
  }

  @Test
  void aChangedAttributeConcernsOneDevice() {
    List<Device> before = update(LAB).devices();
    BuiltDevices.Update update = update(LAB.replace("battery: 5", "battery: 6"));

    assertThat(update.changed()).extracting(Device::name).containsExactly("a");
    assertThat(update.changed().get(0).attributes().raw("battery")).isEqualTo(6);
    assertThat(update.added()).isFalse();
    assertThat(update.removed()).isEmpty();
    assertSame(update.devices().subList(1, 3), before.subList(1, 3));
  }

  @Test
  void aDeviceAtAnotherPlaceOfItsFileIsTheSame() {
    List<Device> before = update(LAB).devices();
    BuiltDevices.Update update =
        update(
            LAB.replace(
                "      - {udid: b", "      - {udid: new, platformName: iOS}\n      - {udid: b"));

    assertThat(update.changed()).extracting(Device::name).containsExactly("new");
    assertThat(update.added()).isTrue();
    assertThat(update.devices().get(2)).isSameAs(before.get(1));
  }

  @Test
  void devicesOfAGoneNodeAndGoneDevicesAreRemoved() {
    List<Device> before = update(LAB).devices();
    BuiltDevices.Update update = update(LAB.substring(0, LAB.indexOf("      - {udid: b")));

    assertThat(update.changed()).isEmpty();
    assertThat(update.removed()).containsExactlyInAnyOrder(before.get(1).id(), before.get(2).id());
  }

  @Test
  void aDeviceThatMovesToAnotherNodeIsChangedAndNotRemoved() {
    update(LAB);
    BuiltDevices.Update update = update(LAB.replace("http://one:4723", "http://three:4723"));

    assertThat(update.changed()).extracting(Device::name).containsExactly("a", "b");
    assertThat(update.changed().get(0).node().url().getHost()).isEqualTo("three");
    assertThat(update.added()).isFalse();
    assertThat(update.removed()).isEmpty();
  }

  @Test
  void anotherAddressOfANodeConcernsItsDevices() {
    update(LAB);
    BuiltDevices.Update update =
        update(LAB.replace("url: http://two:9515", "url: http://two:9515/wd/hub"));

    assertThat(update.changed()).hasSize(1);
    assertThat(update.removed()).isEmpty();
  }

  @Test
  void aReportedBrowserVersionAndOverriddenTagsConcernTheirDevices() {
    List<Device> before = update(LAB).devices();
    reported = Optional.of("156");
    BuiltDevices.Update version = update(LAB);
    assertThat(version.changed()).hasSize(1);
    assertThat(version.changed().get(0).attributes().raw("browserVersion")).isEqualTo("156");

    DeviceId a = before.get(0).id();
    overrides.put(a, new DeviceOverride(a, Optional.empty(), Map.of("team", "x"), Map.of()));
    BuiltDevices.Update tagged = update(LAB);
    assertThat(tagged.changed()).extracting(Device::id).containsExactly(a);
    assertThat(tagged.changed().get(0).attributes().raw("tag.team")).isEqualTo("x");

    overrides.put(
        a, new DeviceOverride(a, Optional.of("broken"), Map.of("team", "x"), Map.of("k", "v")));
    assertThat(update(LAB).changed()).isEmpty();
  }

  @Test
  void thePlacesOfADeviceStandOnceInItsAttributes() {
    Device device =
        update(LAB.replace("battery: 5", "geos: [\"Rome, IT\"], geo: \"Oslo, NO\""))
            .devices()
            .get(0);
    assertThat(device.attributes().raw("geos"))
        .isEqualTo(List.of("Rome, IT", "Oslo, NO"))
        .isEqualTo(device.attributes().raw("geo"));
    for (String place : List.of("rome", "\"Rome, IT\"", "oslo", "\"Oslo, NO\"")) {
      assertThat(Selector.parse("geos:" + place).matches(device.attributes())).as(place).isTrue();
    }
  }

  @Test
  void onlyTheDevicesOfAChangedNodeAreLookedAtUnlessSomethingWasReported() {
    List<NodeConfig> first = nodes(LAB);
    update(first);
    lookedAt.clear();
    NodeConfig changed = nodes(LAB.replace("battery: 5", "battery: 6")).get(0);
    List<NodeConfig> second = List.of(changed, first.get(1));
    assertThat(update(second).changed()).extracting(Device::name).containsExactly("a");
    assertThat(lookedAt).containsExactlyInAnyOrder(DeviceId.of("a"), DeviceId.of("b"));

    lookedAt.clear();
    assertThat(update(second).devices()).hasSize(3);
    assertThat(lookedAt).isEmpty();

    revision++;
    reported = Optional.of("156");
    assertThat(update(second).changed()).hasSize(1);
    assertThat(Set.copyOf(lookedAt)).hasSize(3);
  }

  private BuiltDevices.Update update(String yaml) {
    return update(nodes(yaml));
  }

  private static List<NodeConfig> nodes(String yaml) {
    return ConfigLoader.of(InventoryFile.class).text("lab.yaml", yaml).load().value().nodes();
  }

  private BuiltDevices.Update update(List<NodeConfig> nodes) {
    return built.update(
        nodes,
        new BuiltDevices.Reported(
            revision,
            (node, browser) -> reported,
            id -> {
              lookedAt.add(id);
              return overrides.getOrDefault(id, DeviceOverride.none(id)).tags();
            }));
  }

  private static void assertSame(List<Device> devices, List<Device> expected) {
    assertThat(devices).hasSameSizeAs(expected);
    for (int i = 0; i < devices.size(); i++) {
      assertThat(devices.get(i)).isSameAs(expected.get(i));
    }
  }
}
