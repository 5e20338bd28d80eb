package io.gridfleet.lb.router;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.answer.ProgressBody;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Progress bytes while a request waits (capabilities.md#progress): none in the first interval, so
 * that a quick outcome keeps its status; then 200 and a few bytes a tick. The body is always
 * finished. Owned by the client's event loop; the timer only passes its ticks to it.
 */
final class Progress {
  private static final int OK = 200;
  private static final Map<String, String> HEADERS =
      Map.of("Cache-Control", "no-cache, no-transform", "X-Accel-Buffering", "no");

  private final Exchange exchange;
  private final PendingSession pending;
  private final Duration interval;
  private final ScheduledExecutorService timer;
  private final ProgressBody body;
  private Exchange.@Nullable AnswerStream stream;
  private @Nullable Future<?> ticks;
  private boolean done;

  Progress(
      Exchange exchange,
      PendingSession pending,
      Duration interval,
      ScheduledExecutorService timer) {
    this.exchange = exchange;
    this.pending = pending;
    this.interval = interval;
    this.timer = timer;
    this.body = new ProgressBody(pending.progress() == NewSessionOptions.Progress.INLINE);
  }

  /** Completes when the body is finished; fails if a defect prevents that. */
  CompletionStage<Void> start() {
    long every = interval.toNanos();
    ticks =
        timer.scheduleAtFixedRate(
            () -> exchange.executor().execute(this::tick), every, every, TimeUnit.NANOSECONDS);
    Failures.log(exchange.clientLeft().thenRun(this::stop), "the end of progress bytes");
    return pending.answer().thenAccept(this::finish);
  }

  private void tick() {
    if (done) {
      return;
    }
    if (stream == null) {
      stream = exchange.stream(OK, "application/json; charset=utf-8", HEADERS);
    }
    if (!stream.isFull()) {
      stream.write(body.tick(pending.steps()));
    }
  }

  private void finish(NewSessionAnswer answer) {
    stop();
    done = true;
    if (stream == null) {
      exchange.answer(NewSessionEndpoint.whole(answer));
    } else {
      stream.finish(body.close(answer.created(), answer.body(), pending.steps()));
    }
  }

  private void stop() {
    if (ticks != null) {
      ticks.cancel(false);
    }
  }
}
