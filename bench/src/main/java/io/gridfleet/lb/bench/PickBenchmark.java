package io.gridfleet.lb.bench;

import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of picking a device and freeing it again, by the size of the lab. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {
  @Param({"10", "1000", "10000"})
  public int devices;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Distributor distributor =
      new Distributor(new LockKeeper(new AlwaysFree(), Duration.ofSeconds(30), System::nanoTime), timer, InstantSource.system());
  private final Question all = question("device_type:*");
  private final Question tenth = question("model:\"Model 3\"");
  private long number;

  private static Question question(String selector) {
    return new Question(
        Selector.parse(selector), Selector.parse(""), Optional.empty(), Optional.empty());
  }

  @Setup
  public void fill() {
    List<Device> lab = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      Node node =
          new Node(
              new NodeId("node-" + i / 20),
              URI.create("http://10.0.0.1:4723"),
              Optional.empty(),
              Set.of());
      lab.add(
          new Device(
              DeviceId.of("device-" + i + "@" + node.id()),
              node,
              "Device " + i,
              Optional.of("device-" + i),
              "android",
              Attributes.of(Map.of("device_type", "android", "model", "Model " + i % 10)),
              0,
              1,
              Capabilities.empty(),
              Capabilities.empty()));
    }
    new FleetUpdates(distributor).inventory(lab);
  }

  @TearDown
  public void stop() {
    timer.shutdownNow();
  }

  private Placement placeAndFree(Question question) {
    PlacementRequest order =
        new PlacementRequest(
            "request-" + number,
            List.of(question),
            new PlacementRequest.QueuePosition(0, Instant.EPOCH, number++),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    Placement placement =
        distributor.place(order, Duration.ofSeconds(20)).outcome().toCompletableFuture().join();
    distributor.release(((Placement.Placed) placement).lock());
    return placement;
  }

  /** Every device matches. */
  @Benchmark
  public Placement allFit() {
    return placeAndFree(all);
  }

  /** One of ten devices matches. */
  @Benchmark
  public Placement oneOfTenFits() {
    return placeAndFree(tenth);
  }

  /** A store that grants each lock at once, so that only the pick is measured. */
  private static final class AlwaysFree implements DeviceLocks {
    private long token;

    @Override
    public CompletionStage<LockResult> tryLock(LockRequest request, Duration freeFor) {
      return done(
          new LockResult.Taken(new DeviceLock(request.device(), 0, request.attempt(), ++token)));
    }

    @Override
    public CompletionStage<Integer> heldFor(String tenant) {
      return done(0);
    }

    @Override
    public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
        DeviceId device, int slots, String operator) {
      return done(Optional.of(new DeviceLock(device, 0, operator, ++token)));
    }

    @Override
    public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
      return done(List.of());
    }

    @Override
    public CompletionStage<Boolean> release(DeviceLock lock) {
      return done(true);
    }

    @Override
    public CompletionStage<List<HeldLock>> held() {
      return done(List.of());
    }

    private static <T> CompletionStage<T> done(T value) {
      return CompletableFuture.completedFuture(value);
    }
  }
}
