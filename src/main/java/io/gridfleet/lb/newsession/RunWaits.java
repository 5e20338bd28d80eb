package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Distributor.Wait;
import io.gridfleet.lb.distributor.Placement;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Requests of runs that wait for a device. When their run ends they are answered at once, as those
 * are that come after its end.
 */
public final class RunWaits {
  private final LiveRuns runs;
  private final Map<String, Set<Wait>> waiting = new ConcurrentHashMap<>();

  /**
   * @param runs knows of a run's end before {@link #over} tells it
   */
  public RunWaits(LiveRuns runs) {
    this.runs = runs;
  }

  /** See {@link LiveRuns#look}. */
  CompletionStage<Void> look(String run) {
    return runs.look(run);
  }

  /** Looks at the run once more when the wait can be found: it may have ended in between. */
  void watch(String run, Wait wait) {
    waiting.compute(run, (same, others) -> with(others, wait));
    wait.outcome().whenComplete((placement, failure) -> forget(run, wait));
    if (runs.live(run).isEmpty()) {
      wait.end(ended(run));
    }
  }

  private static Set<Wait> with(@Nullable Set<Wait> others, Wait wait) {
    Set<Wait> all = others == null ? ConcurrentHashMap.newKeySet() : others;
    all.add(wait);
    return all;
  }

  private void forget(String run, Wait wait) {
    waiting.computeIfPresent(run, (same, all) -> all.remove(wait) && all.isEmpty() ? null : all);
  }

  /** A run ended, here or on another replica. */
  public void over(String run) {
    waiting.getOrDefault(run, Set.of()).forEach(wait -> wait.end(ended(run)));
  }

  private static Placement ended(String run) {
    return new Placement.Removed(Refusals.overRun(run));
  }
}
