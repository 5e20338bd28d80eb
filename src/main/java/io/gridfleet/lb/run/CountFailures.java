package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how often a device fails attempts of one run, on whatever replica; the second time is
 * told, for the suite may want to do without it.
 */
public final class CountFailures {
  private static final Logger LOG = LoggerFactory.getLogger(CountFailures.class);

  /** Once may be bad luck (issue 6: a device that fails twice in a run is reported). */
  private static final int TOLD_AT = 2;

  private final RunChanges changes;
  private final RunListener listener;

  public CountFailures(Runs runs, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.listener = listener;
  }

  /** An attempt of a run's request failed through the device's fault. */
  public void attemptFailed(RunId run, DeviceId device, String cause) {
    changes
        .apply(run, (now, time) -> now.attemptFailed(device))
        .thenAccept(changed -> publish(changed, device, cause))
        .exceptionally(
            failure -> {
              LOG.warn("A failure in run {} isn't counted: {}", run, failure.toString());
              return null;
            });
  }

  private void publish(Runs.Changed changed, DeviceId device, String cause) {
    Run run = changed.after();
    boolean again =
        changed.anything()
            && run.holding(device).filter(entry -> entry.failures() == TOLD_AT).isPresent();
    if (again) {
      listener.failsAgain(run, device, cause);
    }
  }
}
