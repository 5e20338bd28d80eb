package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Carries signals between distributors on a virtual clock, in their order, a little late. */
final class FakeWire {
  static final Duration LATENCY = Duration.ofMillis(5);

  private final VirtualTime time;
  private final List<Replica> replicas = new ArrayList<>();

  FakeWire(VirtualTime time) {
    this.time = time;
  }

  /** A distributor, and what it hears. */
  final class Replica implements FleetSignals {
    private final Distributor distributor;
    private final Set<String> ended = new HashSet<>();
    private boolean cut;

    private Replica(String name, DeviceLocks locks) {
      LockKeeper keeper = new LockKeeper(locks, Duration.ofHours(1), time::nanoTime);
      this.distributor = new Distributor(keeper, time, time, name, this);
    }

    Distributor distributor() {
      return distributor;
    }

    /** For tests to note which requests are over. */
    Set<String> ended() {
      return ended;
    }

    @Override
    public void publish(FleetSignal signal) {
      if (!cut) {
        for (Replica other : replicas) {
          if (!other.equals(this)) {
            time.schedule(() -> other.hear(signal), LATENCY.toMillis(), TimeUnit.MILLISECONDS);
          }
        }
      }
    }

    private void hear(FleetSignal signal) {
      if (cut) {
        return;
      }
      if (signal instanceof FleetSignal.Freed freed) {
        distributor.freedElsewhere(freed.device(), freed.slot(), freed.token());
      } else if (signal instanceof FleetSignal.Taken taken) {
        distributor.takenElsewhere(taken);
      } else if (signal instanceof FleetSignal.WhoWaits) {
        distributor.tellWhoWaits();
      } else {
        distributor.waitsElsewhere(signal);
      }
    }

    @Override
    public void onSignal(Consumer<FleetSignal> listener) {
      throw new UnsupportedOperationException();
    }
  }

  /** A replica that sees so many phones. */
  Replica replica(String name, DeviceLocks locks, int phones) {
    Replica replica = new Replica(name, locks);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < phones; i++) {
      devices.add(phone("phone-" + i));
    }
    new FleetNews(replica.distributor).inventory(devices);
    replicas.add(replica);
    replica.publish(new FleetSignal.WhoWaits());
    return replica;
  }

  /** From here on it hears nothing and nobody hears it, as if it were dead. */
  void cut(Replica replica) {
    replica.cut = true;
  }

  private static Device phone(String name) {
    DeviceId id = DeviceId.of(name);
    Node node =
        new Node(
            new NodeId("node"), URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of());
    return new Device(
        id,
        node,
        name,
        Optional.of(name),
        "android",
        Attributes.of(Map.of("id", id.value(), "model", name)),
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }
}
