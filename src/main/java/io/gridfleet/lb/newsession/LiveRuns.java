package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The live runs, which may have sessions. */
@FunctionalInterface
public interface LiveRuns {

  /** Returns the canonical id of a live run; empty if the run is unknown or over. */
  Optional<String> live(String run);

  /** Returns the same for a tenant, to which other tenants' runs are unknown. */
  default Optional<String> live(String run, Tenant tenant) {
    return live(run);
  }

  /**
   * Queries the store for a run that isn't known as live, because another replica may have just
   * started it. A live run is known when the stage completes; the stage fails if the store can't be
   * reached.
   */
  default CompletionStage<Void> look(String run) {
    return CompletableFuture.completedStage(null);
  }

  /** Returns an instance without runs. */
  static LiveRuns none() {
    return run -> Optional.empty();
  }
}
