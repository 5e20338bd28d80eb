package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Told what happens to runs, after it is a fact and outside of any lock. */
public interface RunListener {

  /** A run began, or changed in any way: its state, a heartbeat, one of its reservations. */
  default void changed(Run run) {}

  default void created(Run run) {}

  default void activated(Run run) {}

  /** A run reached a terminal state; its devices are released, its sessions may still stand. */
  default void ended(Run run) {}

  /** A device can't be prepared for its run. */
  default void preparationFailed(Run run, DeviceId device, String message) {}

  default void coolingDown(Run run, DeviceId device, Duration howLong) {}

  /** A device was sent to cool down too often; it is in maintenance. */
  default void escalated(Run run, DeviceId device) {}

  /** A device failed attempts of this run for the second time. */
  default void failsAgain(Run run, DeviceId device, String cause) {}

  /** Who may use these devices changed. */
  default void bindingsChanged(Set<DeviceId> devices) {}

  /** A run that was live for {@link RunBindings} isn't any more, whichever replica ended it. */
  default void over(RunId run) {}

  /** Tells several, in order. */
  static RunListener all(RunListener... listeners) {
    return new RunListeners(List.of(listeners));
  }
}
