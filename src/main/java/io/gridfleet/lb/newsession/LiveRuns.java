package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which runs may have sessions now. */
@FunctionalInterface
public interface LiveRuns {

  /** The id of a live run as it is written here; empty when the run is unknown or over. */
  Optional<String> live(String run);

  /** The same, for a tenant: another tenant's run is unknown to it. */
  default Optional<String> live(String run, Tenant tenant) {
    return live(run);
  }

  /**
   * Asks the store about a run that isn't known to live: another replica may have begun it a moment
   * ago. If it lives, it is known when the stage completes; which fails when the store is gone.
   */
  default CompletionStage<Void> look(String run) {
    return CompletableFuture.completedStage(null);
  }

  /** For a lab without runs: none is known. */
  static LiveRuns none() {
    return run -> Optional.empty();
  }
}
