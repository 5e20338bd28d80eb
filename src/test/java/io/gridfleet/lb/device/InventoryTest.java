package io.gridfleet.lb.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.AttributeTables;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class InventoryTest {
  private static final Node NODE =
      new Node(new NodeId("node"), URI.create("http://host:4723"), Optional.empty(), Set.of());

  private final Random random = new Random(7);
  private final AttributeTables tables = new AttributeTables();
  private final Inventory inventory = new Inventory();

  /** Replaced in place, added, removed, renamed, in another order, with names taken twice. */
  @Test
  void aReplacedInventoryAnswersAsOneThatWasMadeAnew() {
    List<Device> devices = new ArrayList<>();
    for (int turn = 0; turn < 3_000; turn++) {
      change(devices);
      inventory.replace(devices);
      Inventory anew = new Inventory();
      anew.replace(devices);

      assertThat(inventory.devices()).isEqualTo(devices);
      assertThat(inventory.keys()).isEqualTo(anew.keys());
      for (int id = 0; id < 8; id++) {
        DeviceId device = DeviceId.of("d" + id);
        assertThat(inventory.device(device)).isEqualTo(anew.device(device));
        assertThat(inventory.named("d" + id + "@host")).isEqualTo(anew.named("d" + id + "@host"));
        assertThat(inventory.named("S" + id)).isEqualTo(anew.named("S" + id));
      }
    }
  }

  private void change(List<Device> devices) {
    int id = random.nextInt(8);
    int place = find(devices, DeviceId.of("d" + id));
    if (place < 0) {
      devices.add(random.nextInt(devices.size() + 1), device(id));
    } else if (random.nextInt(6) == 0) {
      devices.remove(place);
    } else {
      devices.set(place, device(id));
    }
    if (random.nextInt(8) == 0) {
      Collections.shuffle(devices, random);
    }
  }

  private static int find(List<Device> devices, DeviceId id) {
    for (int i = 0; i < devices.size(); i++) {
      if (devices.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  /** Its serial may be that of another device, and each has a key that differs. */
  private Device device(int id) {
    Map<String, Object> attributes =
        Map.of("serial", "s" + random.nextInt(3), "key" + random.nextInt(3), random.nextInt());
    return new Device(
        DeviceId.of("d" + id),
        NODE,
        "d" + id,
        Optional.of("d" + id),
        "android",
        Attributes.of(attributes, tables),
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }
}
