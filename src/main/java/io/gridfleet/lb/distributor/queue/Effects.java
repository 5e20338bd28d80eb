package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.Verdicts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The effects of one change of the model, run in their order after the release of the distributor's
 * lock. Confined to the thread of the change.
 */
public final class Effects {
  private final Outside outside;
  private final Consumer<FleetSignal> signals;
  private final List<Runnable> all = new ArrayList<>();

  /**
   * @param signals receives signals to other replicas under the lock, to be published after it
   */
  public Effects(Outside outside, Consumer<FleetSignal> signals) {
    this.outside = outside;
    this.signals = signals;
  }

  /**
   * A slot of a device that is pending for a request until the store has answered. Immutable: read
   * without the lock by the threads that call the store.
   *
   * @param candidate the index of the request's question that the device fits
   * @param before the number of replicas with a request that goes before, to each of which the slot
   *     must have been yielded
   * @param othersWait whether requests wait on other replicas
   * @param timesFreed the releases of the device's slots seen before the pick
   */
  public record Pick(
      Waiter waiter, Device device, int candidate, int before, boolean othersWait, int timesFreed) {
    public Question question() {
      return waiter.placement().questions().get(candidate);
    }
  }

  /** The targets of effects, each called without the lock. */
  public interface Outside {
    /** Requests the lock of a pick. */
    void requestLock(Pick pick);

    /** Ends the yielding of a device at that time. */
    void endYieldingAt(DeviceId device, Instant until);

    /** Ends a request with the verdicts on all devices. */
    void explain(Waiter waiter, Function<Verdicts, Placement> answer);

    void startTimer(Waiter waiter, Duration wait);

    void release(DeviceLock lock);
  }

  /** Adds an effect, which may make a change of its own: the lock is released by then. */
  public void add(Runnable effect) {
    all.add(effect);
  }

  /** Publishes a signal to other replicas, in the order of the changes. */
  public void publish(FleetSignal signal) {
    signals.accept(signal);
  }

  public void picked(Pick pick) {
    all.add(() -> outside.requestLock(pick));
  }

  public void yielded(DeviceId device, Instant until) {
    all.add(() -> outside.endYieldingAt(device, until));
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

  /** Runs all effects; a failed one doesn't prevent the others. */
  public void run() {
    RuntimeException first = null;
    for (Runnable effect : all) {
      try {
        effect.run();
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
