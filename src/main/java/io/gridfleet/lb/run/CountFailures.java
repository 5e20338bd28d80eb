package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the failed attempts of a device within one run, on all replicas. The second failure
 * notifies the listener, so that the suite can exclude the device.
 */
final class CountFailures {
  private static final Logger LOG = LoggerFactory.getLogger(CountFailures.class);

  /** A single failure isn't reported. */
  private static final int REPORTED_AT = 2;

  private final RunChanges changes;
  private final RunListener listener;

  CountFailures(Runs runs, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.listener = listener;
  }

  /** Counts an attempt of the run that failed because of the device. */
  void attemptFailed(RunId run, DeviceId device, String cause) {
    changes
        .apply(run, (now, time) -> now.attemptFailed(device))
        .thenAccept(changed -> publish(changed, device, cause))
        .exceptionally(
            failure -> {
              LOG.warn(
                  "A device failure in run {} could not be counted: {}", run, failure.toString());
              return null;
            });
  }

  private void publish(Runs.Changed changed, DeviceId device, String cause) {
    Run run = changed.after();
    boolean again =
        changed.anything()
            && run.holding(device).filter(entry -> entry.failures() == REPORTED_AT).isPresent();
    if (again) {
      listener.failsAgain(run, device, cause);
    }
  }
}
