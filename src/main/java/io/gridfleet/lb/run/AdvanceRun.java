package io.gridfleet.lb.run;

import java.util.concurrent.CompletionStage;

/** Moves a live run on: ready, active, one more heartbeat. */
public final class AdvanceRun {
  private final RunChanges changes;

  public AdvanceRun(Runs runs, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
  }

  /** From preparing straight to active; refused in any other state. */
  public CompletionStage<Run> ready(RunId id) {
    return apply(id, Run::ready);
  }

  /** To active; no fault when it is that already. */
  public CompletionStage<Run> activate(RunId id) {
    return apply(id, Run::activate);
  }

  /** A sign of life; a run that has ended is answered as it is. */
  public CompletionStage<Run> beat(RunId id) {
    return apply(id, Run::beat);
  }

  /** A session on one of its devices was registered. */
  public CompletionStage<Run> sessionBegan(RunId id) {
    return apply(id, Run::sessionBegan);
  }

  private CompletionStage<Run> apply(RunId id, Runs.Change change) {
    return changes.apply(id, change).thenApply(Runs.Changed::after);
  }
}
