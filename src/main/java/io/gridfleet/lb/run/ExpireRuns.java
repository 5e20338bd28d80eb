package io.gridfleet.lb.run;

import io.gridfleet.lb.async.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expires runs whose heartbeat or TTL timed out, at start-up and periodically. Each sweep also
 * reloads {@link RunBindings} to apply the changes of other replicas.
 */
final class ExpireRuns {
  private static final Logger LOG = LoggerFactory.getLogger(ExpireRuns.class);

  private final Runs runs;
  private final RunBindings bindings;
  private final EndRun endRun;
  private final InstantSource clock;

  ExpireRuns(Runs runs, RunBindings bindings, EndRun endRun, InstantSource clock) {
    this.runs = runs;
    this.bindings = bindings;
    this.endRun = endRun;
    this.clock = clock;
  }

  /** Sweeps at once and then periodically, on the timer's thread. */
  void start(ScheduledExecutorService timer, Duration interval) {
    Timers.every(timer, Duration.ZERO, interval, "the expiry of runs", this::sweepOrLog);
  }

  private void sweepOrLog() {
    sweep()
        .exceptionally(
            failure -> {
              LOG.warn("Runs could not be checked for expiry: {}", failure.toString());
              return null;
            });
  }

  /** Checks all live runs once; completes when overdue ones have ended. */
  CompletionStage<Void> sweep() {
    return bindings.reload(runs).thenCompose(this::expire);
  }

  private CompletionStage<Void> expire(List<Run> live) {
    return CompletableFuture.allOf(
        live.stream()
            .filter(run -> run.overdue(clock.instant()).isPresent())
            .map(run -> endRun.expire(run.id()).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
