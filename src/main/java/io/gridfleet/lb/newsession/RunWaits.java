package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Distributor.Wait;
import io.gridfleet.lb.distributor.Placement;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The waiting requests of runs, which are refused when their run ends. Thread-safe. */
public final class RunWaits {
  private final LiveRuns runs;
  private final Map<String, Set<Wait>> waiting = new ConcurrentHashMap<>();

  /**
   * @param runs must reflect a run's end before {@link #over} is called
   */
  public RunWaits(LiveRuns runs) {
    this.runs = runs;
  }

  /** See {@link LiveRuns#look}. */
  CompletionStage<Void> look(String run) {
    return runs.look(run);
  }

  /** Registers a wait, then checks the run again, because it may have ended in between. */
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

  /** Ends the waits of a run that ended, here or on another replica. */
  public void over(String run) {
    waiting.getOrDefault(run, Set.of()).forEach(wait -> wait.end(ended(run)));
  }

  private static Placement ended(String run) {
    return new Placement.Removed(Refusals.overRun(run));
  }
}
