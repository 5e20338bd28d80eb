package io.gridfleet.lb.run;

import io.gridfleet.lb.run.Runs.Changed;
import java.util.concurrent.CompletionStage;

/** Stores a change of a run and then notifies the listener, for all commands. */
final class RunChanges {
  private final Runs runs;
  private final RunListener listener;

  RunChanges(Runs runs, RunListener listener) {
    this.runs = runs;
    this.listener = listener;
  }

  /**
   * Applies a change. Fails with a {@link RunException} if the run doesn't exist or the change
   * isn't possible.
   */
  CompletionStage<Changed> apply(RunId id, Runs.Change change) {
    return runs.change(id, change)
        .thenApply(
            found -> {
              Changed changed = found.orElseThrow(() -> RunException.unknown(id));
              publish(changed);
              return changed;
            });
  }

  private void publish(Changed changed) {
    Run after = changed.after();
    if (!changed.anything()) {
      return;
    }
    listener.changed(after);
    if (after.state() != changed.before().state()) {
      if (after.live()) {
        listener.activated(after);
      } else {
        listener.ended(after);
      }
    }
  }
}
