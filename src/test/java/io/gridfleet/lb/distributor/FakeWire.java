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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Delivers signals between distributors, and their calls to the store, on a virtual clock: in
 * order, with latency.
 */
public final class FakeWire {
  static final Duration LATENCY = Duration.ofMillis(5);

  private final VirtualTime time;
  private final Random luck;
  private final Duration late;
  private final List<Replica> replicas = new ArrayList<>();
  private final Map<DeviceId, String> names = new HashMap<>();

  /** Signals take {@link #LATENCY} each, the store answers at once. */
  public FakeWire(VirtualTime time) {
    this(time, new Random(0), Duration.ZERO);
  }

  /**
   * @param late the maximum of additional latency of a signal, and of each way to the store
   */
  FakeWire(VirtualTime time, Random luck, Duration late) {
    this.time = time;
    this.luck = luck;
    this.late = late;
  }

  private long lateNanos() {
    return late.isZero() ? 0 : luck.nextLong(late.toNanos());
  }

  /** The model of a phone. */
  public String nameOf(DeviceId device) {
    return names.get(device);
  }

  /** A distributor, and the signals that it receives. */
  final class Replica implements FleetSignals {
    private final Distributor distributor;
    private long heardUntil;
    private boolean cut;

    private Replica(String name, DeviceLocks locks) {
      LockKeeper keeper =
          new LockKeeper(
              late.isZero() ? locks : new SlowLocks(locks, time, FakeWire.this::lateNanos),
              Duration.ofHours(1),
              time::nanoTime);
      this.distributor = new Distributor(keeper, time, time, name, this, Runnable::run);
    }

    Distributor distributor() {
      return distributor;
    }

    @Override
    public void publish(FleetSignal signal) {
      if (!cut) {
        for (Replica other : replicas) {
          if (!other.equals(this)) {
            other.heardUntil =
                Math.max(other.heardUntil, time.nanoTime() + LATENCY.toNanos() + lateNanos());
            time.schedule(
                () -> other.receive(this, signal),
                other.heardUntil - time.nanoTime(),
                TimeUnit.NANOSECONDS);
          }
        }
      }
    }

    private void receive(Replica from, FleetSignal signal) {
      if (!cut && !from.cut) {
        new ReplicaSignals(distributor).received(signal);
      }
    }

    @Override
    public void onSignal(Consumer<FleetSignal> listener) {
      throw new UnsupportedOperationException();
    }
  }

  /** A replica with so many phones. */
  Replica replica(String name, DeviceLocks locks, int phones) {
    Replica replica = new Replica(name, locks);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < phones; i++) {
      devices.add(phone("phone-" + i));
    }
    new FleetUpdates(replica.distributor).inventory(devices);
    replicas.add(replica);
    replica.publish(new FleetSignal.WhoWaits());
    return replica;
  }

  /** Disconnects a replica in both directions, as if it were dead. */
  void cut(Replica replica) {
    replica.cut = true;
  }

  public Device phone(String name) {
    DeviceId id = DeviceId.of(name);
    names.put(id, name);
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
