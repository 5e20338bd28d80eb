package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.log.LogText;
import io.gridfleet.lb.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between the first signal and the end, in which live sessions continue. One thread waits;
 * any thread may end the wait with {@link #endNow}.
 */
public final class Draining {
  private static final Logger log = LoggerFactory.getLogger(Draining.class);

  /** The interval of the checks: short enough for an operator, long enough for the store. */
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Duration limit;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  public Draining(Duration limit) {
    this.limit = limit;
  }

  /**
   * Something that is waited for.
   *
   * @param noun in the singular
   */
  record Open(String noun, IntSupplier count) {
    private String text() {
      int now = count.getAsInt();
      return now == 0 ? "" : LogText.count(now, noun);
    }
  }

  /** Ends all waiting, now and later. */
  public void endNow() {
    ended.complete(null);
  }

  /**
   * Waits for the last calls at most this long, and only {@code grace} after {@link #endNow}.
   *
   * @return whether they are done
   */
  boolean awaitCalls(CompletionStage<?> calls, Duration most, Duration grace) {
    CompletableFuture<Void> cut =
        ended.thenRunAsync(
            () -> {}, CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS));
    CompletableFuture<Object> done =
        calls.<Object>handle((answer, failure) -> true).toCompletableFuture();
    return await(CompletableFuture.anyOf(done, cut), most) && done.isDone();
  }

  /** Waits until nothing is open, at most as long as the limit. */
  void await(List<Open> open) {
    if (limit.isZero()) {
      return;
    }
    long end = System.nanoTime() + limit.toNanos();
    String before = "";
    for (String now = texts(open); !now.isEmpty(); now = texts(open)) {
      if (before.isEmpty()) {
        log.info(
            "draining for up to {}: {}; press Ctrl-C again to stop now (or send SIGTERM again)",
            spaced(limit),
            now);
      } else if (!now.equals(before)) {
        log.info("draining: {}", now);
      }
      before = now;
      if (System.nanoTime() >= end) {
        log.info("draining ends after {}: {}", spaced(limit), now);
        return;
      }
      if (!pause(LOOK)) {
        log.info("stopping now: {}", now);
        return;
      }
    }
  }

  /** Waits at most as long as the limit; returns false when {@link #endNow} ended the wait. */
  boolean pause(Duration time) {
    Duration shorter = time.compareTo(limit) < 0 ? time : limit;
    return !await(ended, shorter);
  }

  /** Whether the future completes within this time. */
  private static boolean await(CompletableFuture<?> future, Duration most) {
    try {
      future.get(most.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failed) {
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static String texts(List<Open> open) {
    return open.stream()
        .map(Open::text)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /** {@code 1h30min} as {@code 1 h 30 min}. */
  private static String spaced(Duration duration) {
    return Durations.text(duration).replaceAll("([0-9]+)([a-z]+)", "$1 $2 ").strip();
  }
}
