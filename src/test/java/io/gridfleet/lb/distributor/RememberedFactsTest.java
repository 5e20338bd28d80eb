package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The facts of a device apply whenever it is in the inventory, however often it is removed. */
final class RememberedFactsTest {
  private static final DeviceId PHONE = DeviceId.of("phone");
  private static final NodeId NODE = new NodeId("node");

  private final VirtualTime time = new VirtualTime();
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(new FakeDeviceLocks(time), Duration.ofSeconds(30), System::nanoTime),
          time,
          time);
  private final FleetUpdates news = new FleetUpdates(distributor);

  private static Device phone(NodeId onNode) {
    Node node = new Node(onNode, URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of());
    return new Device(
        PHONE,
        node,
        "phone",
        Optional.of("phone"),
        "android",
        Attributes.of(Map.of("id", PHONE.value())),
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }

  private static Arguments fact(Kind kind, BiConsumer<FleetUpdates, Instant> told) {
    return Arguments.of(kind, told);
  }

  static Stream<Arguments> facts() {
    return Stream.of(
        fact(Kind.OFFLINE, (news, now) -> news.node(NODE, Optional.of("no answer"))),
        fact(Kind.MAINTENANCE, (news, now) -> news.maintenance(PHONE, Optional.of("battery"))),
        fact(
            Kind.COOLING_DOWN,
            (news, now) ->
                news.reserved(PHONE, Optional.of("run-1"), Optional.of(now.plusSeconds(60)))),
        fact(
            Kind.AVOIDED,
            (news, now) -> news.avoided(new AvoidedDevice(PHONE, now.plusSeconds(60), "failed"))));
  }

  private void inventory(Device... devices) {
    news.inventory(List.of(devices));
  }

  private List<Kind> inhibitors() {
    return distributor.states().get(0).inhibitors().stream().map(found -> found.kind()).toList();
  }

  @ParameterizedTest
  @MethodSource("facts")
  void isKnownOfADeviceThatWasRemovedAndAddedAgain(
      Kind kind, BiConsumer<FleetUpdates, Instant> told) {
    inventory(phone(NODE));
    told.accept(news, time.instant());
    inventory();
    assertThat(distributor.states()).isEmpty();

    inventory(phone(NODE));

    assertThat(inhibitors()).containsExactly(kind);
  }

  @ParameterizedTest
  @MethodSource("facts")
  void isKnownOfADeviceThatIsAddedLater(Kind kind, BiConsumer<FleetUpdates, Instant> told) {
    told.accept(news, time.instant());

    inventory(phone(NODE));

    assertThat(inhibitors()).containsExactly(kind);
  }

  @Test
  void aFactThatEndedWhileTheDeviceWasAwayIsRemoved() {
    inventory(phone(NODE));
    facts().forEach(fact -> told(fact).accept(news, time.instant()));
    inventory();
    news.node(NODE, Optional.empty());
    news.maintenance(PHONE, Optional.empty());
    news.reserved(PHONE, Optional.empty(), Optional.empty());
    news.avoidanceEnded(PHONE);

    inventory(phone(NODE));

    assertThat(inhibitors()).isEmpty();
    assertThat(distributor.states().get(0).reservedBy()).isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static BiConsumer<FleetUpdates, Instant> told(Arguments fact) {
    return (BiConsumer<FleetUpdates, Instant>) fact.get()[1];
  }

  @Test
  void aRunKeepsItsDevice() {
    news.reserved(PHONE, Optional.of("run-1"), Optional.empty());

    inventory(phone(NODE));

    assertThat(distributor.states().get(0).reservedBy()).contains("run-1");
  }

  @Test
  void aMovedDeviceHasTheStateOfItsNewNode() {
    NodeId other = new NodeId("other");
    news.node(other, Optional.of("no answer"));
    inventory(phone(NODE));
    assertThat(inhibitors()).isEmpty();

    inventory(phone(other));
    assertThat(inhibitors()).containsExactly(Kind.OFFLINE);

    inventory(phone(NODE));
    assertThat(inhibitors()).isEmpty();
  }
}
