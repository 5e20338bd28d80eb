package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaiterTransitions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The distributor's only lock. The model is changed under it; no foreign code is called and no
 * future is completed there: such actions are collected as {@link Effects} and run after the
 * release of the lock, by the same thread.
 *
 * <p>Lock order: a leaf; no other lock is acquired while it is held. The model under it is {@link
 * Matching} with all that it holds, the state of every {@link Waiter}, {@link QuotaRechecks}, and
 * whether the distributor is closed.
 *
 * <p>Effects of one change run in their order. Effects of two changes may run in any order, on two
 * threads: an effect that must precede another is therefore repeated in the change of the later one
 * (see {@link WaiterTransitions}). Signals to other replicas are the exception: they are published
 * in the order of the changes.
 */
final class ModelLock {
  /** Devices that are copied without releasing the lock: well below a millisecond. */
  private static final int DEVICES_AT_ONCE = 512;

  /** Guards the model; held for a change or a query, never while an effect runs. */
  private final Object lock = new Object();

  private final Matching matching;
  private final FleetSignals signals;
  private final InstantSource clock;
  private final Effects.Outside outside;

  /**
   * Signals to publish. Filled under the lock, so in the order of the changes; emptied under its
   * own monitor.
   */
  private final Queue<FleetSignal> unpublished = new ConcurrentLinkedQueue<>();

  ModelLock(Matching matching, FleetSignals signals, InstantSource clock, Effects.Outside outside) {
    this.matching = matching;
    this.signals = signals;
    this.clock = clock;
    this.outside = outside;
  }

  /** A change of the model under the lock, which adds its effects to {@code effects}. */
  interface Change {
    void apply(Instant now, Effects effects);
  }

  /**
   * Applies a change and runs its effects on the calling thread, also if the change threw: what it
   * did to other requests before remains. Signals go first, so that other replicas receive the lock
   * of a slot before a request of theirs for it is refused.
   */
  void make(Change change) {
    Instant now = clock.instant();
    Effects effects = new Effects(outside, unpublished::add);
    try {
      synchronized (lock) {
        change.apply(now, effects);
        // Both depend on the whole change, so they come last; in this order, because a request that
        // is served here isn't published.
        matching.assignment().serveTenants(now, effects);
        matching.publishHeads(unpublished::add);
      }
    } finally {
      publishSignals();
      effects.run();
    }
  }

  /** Queries the model without a change; the result must be a copy or immutable. */
  <T> T look(Function<Matching, T> look) {
    synchronized (lock) {
      return look.apply(matching);
    }
  }

  /**
   * Returns copies of all devices, taken a few at a time: each is of one moment, all of them are
   * not. A lab has tens of thousands, and event loops wait for the lock.
   */
  List<DeviceSnapshot> snapshots() {
    List<DeviceId> ids = look(model -> List.copyOf(model.fleet().ids()));
    List<DeviceSnapshot> all = new ArrayList<>(ids.size());
    for (int from = 0; from < ids.size(); from += DEVICES_AT_ONCE) {
      List<DeviceId> part = ids.subList(from, Math.min(ids.size(), from + DEVICES_AT_ONCE));
      all.addAll(look(model -> model.states(part)));
    }
    return all;
  }

  /** Publishes on one thread at a time, so that signals leave in the order of the changes. */
  private void publishSignals() {
    synchronized (unpublished) {
      for (FleetSignal each = unpublished.poll(); each != null; each = unpublished.poll()) {
        if (each instanceof FleetSignal.Taken) {
          signals.committed(each);
        } else {
          signals.publish(each);
        }
      }
    }
  }
}
