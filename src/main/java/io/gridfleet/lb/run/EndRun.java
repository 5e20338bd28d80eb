package io.gridfleet.lb.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a run. Its devices are released first, so that none of its requests gets one any more; then
 * its sessions are ended unless the run completed.
 */
final class EndRun {
  private static final Logger LOG = LoggerFactory.getLogger(EndRun.class);

  private final RunChanges changes;
  private final SessionsOfRun sessions;

  EndRun(Runs runs, SessionsOfRun sessions, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.sessions = sessions;
  }

  /** Completes a run; its live sessions continue. */
  CompletionStage<Run> complete(RunId id) {
    return changes.apply(id, Run::complete).thenApply(Runs.Changed::after);
  }

  /** Cancels a run; completes when its sessions have ended. */
  CompletionStage<Run> cancel(RunId id, String by) {
    return endWithSessions(id, (run, now) -> run.cancel(by, now));
  }

  /** Cancels a run in any state at an operator's request. */
  CompletionStage<Run> forceRelease(RunId id, String by) {
    return endWithSessions(id, (run, now) -> run.forceRelease(by, now));
  }

  /** Expires the run if it is overdue by the store's clock. */
  CompletionStage<Run> expire(RunId id) {
    return endWithSessions(id, Run::expire);
  }

  private CompletionStage<Run> endWithSessions(RunId id, Runs.Change change) {
    return changes
        .apply(id, change)
        .thenCompose(
            changed -> {
              Run run = changed.after();
              return changed.anything() ? endSessions(run) : done(run);
            });
  }

  private static CompletionStage<Run> done(Run run) {
    return CompletableFuture.completedStage(run);
  }

  private CompletionStage<Run> endSessions(Run run) {
    return sessions
        .end(run.id(), run.status().by())
        .handle(
            (nothing, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "Some sessions of run {} may still be live: {}", run.id(), failure.toString());
              }
              return run;
            });
  }
}
