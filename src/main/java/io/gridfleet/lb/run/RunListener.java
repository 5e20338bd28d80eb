package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Receives changes of runs, after they are stored and under no lock. */
public interface RunListener {

  /** A run began, or changed in any way: its state, a heartbeat, one of its reservations. */
  default void changed(Run run) {}

  default void created(Run run) {}

  default void activated(Run run) {}

  /** A run reached a terminal state; its devices are released, its sessions may still be live. */
  default void ended(Run run) {}

  /** A device can't be prepared for its run. */
  default void preparationFailed(Run run, DeviceId device, String message) {}

  default void coolingDown(Run run, DeviceId device, Duration howLong) {}

  /** A device reached the limit of cooldowns; it is in maintenance. */
  default void escalated(Run run, DeviceId device) {}

  /** A device failed attempts of this run for the second time. */
  default void failsAgain(Run run, DeviceId device, String cause) {}

  /** The reservations of these devices changed. */
  default void bindingsChanged(Set<DeviceId> devices) {}

  /** A run was removed from {@link RunBindings} because it or another replica ended it. */
  default void over(RunId run) {}

  /** Returns a listener that notifies these in order. */
  static RunListener all(RunListener... listeners) {
    return new RunListeners(List.of(listeners));
  }
}
