package io.gridfleet.lb.run;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expires runs whose heartbeat or TTL timed out, at start-up and periodically. Each sweep also
 * reloads {@link RunBindings} to apply the changes of other replicas.
 */
public final class ExpireRuns {
  private static final Logger LOG = LoggerFactory.getLogger(ExpireRuns.class);

  private final Runs runs;
  private final RunBindings bindings;
  private final EndRun endRun;
  private final InstantSource clock;

  public ExpireRuns(Runs runs, RunBindings bindings, EndRun endRun, InstantSource clock) {
    this.runs = runs;
    this.bindings = bindings;
    this.endRun = endRun;
    this.clock = clock;
  }

  /**
   * Sweeps at once and then periodically, on the timer's thread; cancelling the future stops it.
   */
  public ScheduledFuture<?> start(ScheduledExecutorService timer, Duration interval) {
    return timer.scheduleWithFixedDelay(
        () ->
            sweepSafely()
                .exceptionally(
                    failure -> {
                      LOG.warn("Runs could not be checked for expiry: {}", failure.toString());
                      return null;
                    }),
        0,
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Catches exceptions, which would cancel the periodic task. */
  private CompletionStage<Void> sweepSafely() {
    try {
      return sweep();
    } catch (RuntimeException mistake) {
      return CompletableFuture.failedFuture(mistake);
    }
  }

  /** Checks all live runs once; completes when overdue ones have ended. */
  public CompletionStage<Void> sweep() {
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
