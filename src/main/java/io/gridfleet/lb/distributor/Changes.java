package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.Matching.Pick;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The distributor's one lock. A change is made to the model under it; nothing is called and no
 * future is completed there: what is to be done is collected as {@code steps} and done after it.
 */
final class Changes {
  private final Object lock = new Object();
  private final Matching matching;
  private final FleetSignals signals;
  private final InstantSource clock;
  private final Consumer<Pick> picked;
  private final BiConsumer<DeviceId, Instant> left;
  private final Queue<FleetSignal> untold = new ConcurrentLinkedQueue<>();

  /**
   * @param picked asks for the lock of what was picked
   * @param left takes back, at that time, what was left to other replicas
   */
  Changes(
      Matching matching,
      FleetSignals signals,
      InstantSource clock,
      Consumer<Pick> picked,
      BiConsumer<DeviceId, Instant> left) {
    this.matching = matching;
    this.signals = signals;
    this.clock = clock;
    this.picked = picked;
    this.left = left;
  }

  /** What is done to the model under the lock; what follows from it goes into {@code steps}. */
  interface Change {
    void apply(Instant now, Steps steps);
  }

  /** What follows from a change, to be done without the lock. */
  final class Steps implements Matching.Result {
    private final List<Runnable> all = new ArrayList<>();

    void add(Runnable step) {
      all.add(step);
    }

    /** Other replicas hear of it, in the order of the changes. */
    void tell(FleetSignal signal) {
      untold.add(signal);
    }

    @Override
    public void picked(Pick pick) {
      all.add(() -> picked.accept(pick));
    }

    @Override
    public void left(DeviceId device, Instant until) {
      all.add(() -> left.accept(device, until));
    }

    void take() {
      tellOthers();
      all.forEach(Runnable::run);
    }
  }

  void make(Change change) {
    Instant now = clock.instant();
    Steps steps = new Steps();
    synchronized (lock) {
      change.apply(now, steps);
      matching.serveTenants(now, steps);
      matching.tellFronts(untold::add);
    }
    steps.take();
  }

  /** Looks at the model, changing nothing. */
  <T> T look(Function<Matching, T> look) {
    synchronized (lock) {
      return look.apply(matching);
    }
  }

  private void tellOthers() {
    synchronized (untold) {
      for (FleetSignal each = untold.poll(); each != null; each = untold.poll()) {
        signals.publish(each);
      }
    }
  }
}
