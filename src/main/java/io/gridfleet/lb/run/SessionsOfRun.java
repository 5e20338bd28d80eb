package io.gridfleet.lb.run;

import java.util.concurrent.CompletionStage;

/** The live sessions of runs: a port over the session room. */
public interface SessionsOfRun {

  /**
   * Ends the live sessions of a run that was cancelled or expired: deletes them on their nodes,
   * frees their devices. Done when all of that is; one that can't be deleted fails nothing.
   */
  CompletionStage<Void> end(RunId run);
}
