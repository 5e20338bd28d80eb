package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts how often a device fails attempts of one run; the second time is told, for the suite may
 * want to do without it.
 */
public final class FailuresInRun implements RunListener {
  /** Once may be bad luck (issue 6: a device that fails twice in a run is reported). */
  private static final int TOLD_AT = 2;

  /** More pairs than any lab has at a time; the oldest are forgotten. */
  private static final int MOST_PAIRS = 10_000;

  private record Pair(RunId run, DeviceId device) {}

  private final RunBindings bindings;
  private final RunListener listener;
  private final Map<Pair, Integer> counts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Integer> eldest) {
          return size() > MOST_PAIRS;
        }
      };

  public FailuresInRun(RunBindings bindings, RunListener listener) {
    this.bindings = bindings;
    this.listener = listener;
  }

  /** An attempt of a run's request failed through the device's fault. */
  public void attemptFailed(RunId run, DeviceId device, String cause) {
    int count;
    synchronized (this) {
      count = counts.merge(new Pair(run, device), 1, Integer::sum);
    }
    if (count == TOLD_AT) {
      bindings.live(run).ifPresent(found -> listener.failsAgain(found, device, cause));
    }
  }

  @Override
  public synchronized void ended(Run run) {
    counts.keySet().removeIf(pair -> pair.run().equals(run.id()));
  }
}
