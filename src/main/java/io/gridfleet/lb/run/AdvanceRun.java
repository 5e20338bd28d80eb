package io.gridfleet.lb.run;

import java.util.concurrent.CompletionStage;

/** Changes the state of a live run: ready, active, heartbeat. */
final class AdvanceRun {
  private final RunChanges changes;

  AdvanceRun(Runs runs, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
  }

  /** Makes a preparing run active; fails in any other state. */
  CompletionStage<Run> ready(RunId id) {
    return apply(id, Run::ready);
  }

  /** Makes a run active; no error if it is active already. */
  CompletionStage<Run> activate(RunId id) {
    return apply(id, Run::activate);
  }

  /** Records a heartbeat; returns a run that has ended unchanged. */
  CompletionStage<Run> beat(RunId id) {
    return apply(id, Run::beat);
  }

  /** Makes a preparing run active because a session on one of its devices was registered. */
  CompletionStage<Run> sessionBegan(RunId id) {
    return apply(id, Run::sessionBegan);
  }

  private CompletionStage<Run> apply(RunId id, Runs.Change change) {
    return changes.apply(id, change).thenApply(Runs.Changed::after);
  }
}
