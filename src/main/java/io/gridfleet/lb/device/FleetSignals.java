package io.gridfleet.lb.device;

import java.util.function.Consumer;

/**
 * Sends {@link FleetSignal}s between replicas. A signal is a hint and may be lost; periodic sweeps
 * read the store anyway. A replica doesn't receive its own signals.
 */
public interface FleetSignals {

  void publish(FleetSignal signal);

  /**
   * Publishes a change of the store that has committed: a slot was locked or freed, a session
   * ended, a key was settled, the avoidance or the override of a device changed. A store that sends
   * these in the transactions that make them true sends nothing here. It sends in the same way what
   * has no other source: changes of reservations and of rows of waiting requests, noted removals,
   * and sign-outs.
   */
  default void committed(FleetSignal signal) {
    publish(signal);
  }

  /**
   * Registers a listener for signals of other replicas, called on a thread that must not be
   * blocked.
   */
  void onSignal(Consumer<FleetSignal> listener);

  /** Returns whether there can be other replicas. */
  default boolean hasOthers() {
    return true;
  }

  /** Returns signals for a single process, which sends none. */
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
