package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.Matching.Pick;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The distributor's one lock. A change is made to the model under it; nothing is called and no
 * future is completed there: what is to be done is collected as {@code steps} and done after it, by
 * the same thread.
 *
 * <p>The lock is a leaf: no other lock is taken while it is held, but for the queue's own of
 * signals. The model under it is {@link Matching} with all that it holds, the state of every {@link
 * Waiter}, {@link QuotaRechecks}, and whether the distributor is closed.
 *
 * <p>Steps of one change run in their order. Steps of two changes may run in any order, on two
 * threads: what must come before something else is a step of the change that does the later one,
 * too (see {@link WaiterTransitions}). Signals to other replicas are the exception: they are
 * published in the order of the changes.
 */
final class ModelLock {
  /** Guards the model; held for a change or a look, never while a step runs. */
  private final Object lock = new Object();

  private final Matching matching;
  private final FleetSignals signals;
  private final InstantSource clock;
  private final Outside outside;

  /** Filled under the lock, so in the order of the changes; emptied under its own monitor. */
  private final Queue<FleetSignal> untold = new ConcurrentLinkedQueue<>();

  ModelLock(Matching matching, FleetSignals signals, InstantSource clock, Outside outside) {
    this.matching = matching;
    this.signals = signals;
    this.clock = clock;
    this.outside = outside;
  }

  /** What follows from changes, each called without the lock. */
  interface Outside {
    /** Asks for the lock of what was picked. */
    void askForLock(Pick pick);

    /** Takes back, at that time, what was left to other replicas. */
    void takeBackAt(DeviceId device, Instant until);

    /** Ends a request with what stands between the lab and it. */
    void explain(Waiter waiter, Function<Verdicts, Placement> answer);

    void startTimer(Waiter waiter, Duration wait);

    void release(DeviceLock lock);
  }

  /** What is done to the model under the lock; what follows from it goes into {@code steps}. */
  interface Change {
    void apply(Instant now, Effects steps);
  }

  /** What follows from a change, to be done without the lock. Used by the thread of the change. */
  final class Effects {
    private final List<Runnable> all = new ArrayList<>();

    /** A step may take its time, and may make a change of its own: the lock is free. */
    void add(Runnable step) {
      all.add(step);
    }

    /** Other replicas hear of it, in the order of the changes. */
    void publish(FleetSignal signal) {
      untold.add(signal);
    }

    void picked(Pick pick) {
      all.add(() -> outside.askForLock(pick));
    }

    void left(DeviceId device, Instant until) {
      all.add(() -> outside.takeBackAt(device, until));
    }

    void explain(Waiter waiter, Function<Verdicts, Placement> answer) {
      all.add(() -> outside.explain(waiter, answer));
    }

    void startTimer(Waiter waiter, Duration wait) {
      all.add(() -> outside.startTimer(waiter, wait));
    }

    void release(DeviceLock lock) {
      all.add(() -> outside.release(lock));
    }

    /**
     * Signals go first, so that other replicas hear of a slot before they can be refused it. A step
     * that fails keeps none of the others from being done.
     */
    private void take() {
      tellOthers();
      RuntimeException first = null;
      for (Runnable step : all) {
        try {
          step.run();
        } catch (RuntimeException mistake) {
          if (first == null) {
            first = mistake;
          } else {
            first.addSuppressed(mistake);
          }
        }
      }
      if (first != null) {
        throw first;
      }
    }
  }

  /**
   * Makes a change. The thread that makes it does the steps, too, and they are done even where the
   * change failed half-way: what it did to other requests before stands.
   */
  void make(Change change) {
    Instant now = clock.instant();
    Effects steps = new Effects();
    try {
      synchronized (lock) {
        change.apply(now, steps);
        // Both look at what the change has left: they come last, and in this order, because a
        // request that is served here isn't told of.
        matching.serveTenants(now, steps);
        matching.tellFronts(untold::add);
      }
    } finally {
      steps.take();
    }
  }

  /** Looks at the model, changing nothing; what it returns is a copy or immutable. */
  <T> T look(Function<Matching, T> look) {
    synchronized (lock) {
      return look.apply(matching);
    }
  }

  /** One thread at a time, so that signals leave in the order in which they were collected. */
  private void tellOthers() {
    synchronized (untold) {
      for (FleetSignal each = untold.poll(); each != null; each = untold.poll()) {
        signals.publish(each);
      }
    }
  }
}
