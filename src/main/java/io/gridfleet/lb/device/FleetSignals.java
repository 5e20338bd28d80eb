package io.gridfleet.lb.device;

import java.util.function.Consumer;

/**
 * Carries {@link FleetSignal}s between replicas. A signal is a hint that something can be looked at
 * now: it may be lost, and a slow sweep looks anyway. A replica doesn't hear its own signals.
 */
public interface FleetSignals {

  void publish(FleetSignal signal);

  /** Called for each signal of another replica, on a thread that must not be blocked. */
  void onSignal(Consumer<FleetSignal> listener);

  /** Whether there can be other replicas. */
  default boolean hasOthers() {
    return true;
  }

  /** For a single process: nobody else listens. */
  static FleetSignals none() {
    return new FleetSignals() {
      @Override
      public void publish(FleetSignal signal) {}

      @Override
      public void onSignal(Consumer<FleetSignal> listener) {}

      @Override
      public boolean hasOthers() {
        return false;
      }
    };
  }
}
