package io.gridfleet.lb.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a run: first its devices are released, so that none of its requests gets one any more, then
 * its sessions are ended where the way it ended asks for that.
 */
public final class EndRun {
  private static final Logger LOG = LoggerFactory.getLogger(EndRun.class);

  private final RunChanges changes;
  private final SessionsOfRun sessions;

  public EndRun(Runs runs, SessionsOfRun sessions, RunListener listener) {
    this.changes = new RunChanges(runs, listener);
    this.sessions = sessions;
  }

  /** The suite is done; sessions that still stand are left alone. */
  public CompletionStage<Run> complete(RunId id) {
    return changes.apply(id, Run::complete).thenApply(Runs.Changed::after);
  }

  /** Calls the run off; done when its sessions are ended. */
  public CompletionStage<Run> cancel(RunId id) {
    return endWithSessions(id, Run::cancel);
  }

  /** Calls the run off on an operator's word, whatever its state. */
  public CompletionStage<Run> forceRelease(RunId id) {
    return endWithSessions(id, Run::forceRelease);
  }

  /** Ends the run if it is overdue by the store's clock. */
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
        .end(run.id())
        .handle(
            (nothing, failure) -> {
              if (failure != null) {
                LOG.warn("Sessions of run {} may still stand: {}", run.id(), failure.toString());
              }
              return run;
            });
  }
}
