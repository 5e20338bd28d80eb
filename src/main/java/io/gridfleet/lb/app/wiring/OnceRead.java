package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.router.EndpointAnswer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is read at the first request for it, once, away from the event loops; after a
 * failure the next request reads it again. Any thread.
 */
final class OnceRead<T> {
  private static final Logger log = LoggerFactory.getLogger(OnceRead.class);
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;

  private final String what;
  private final Supplier<T> read;
  private final Executor elsewhere;
  private final AtomicReference<@Nullable CompletableFuture<T>> value = new AtomicReference<>();

  /**
   * @param what for the log, such as {@code the documents}
   */
  OnceRead(String what, Supplier<T> read, Executor elsewhere) {
    this.what = what;
    this.read = read;
    this.elsewhere = elsewhere;
  }

  CompletableFuture<T> get() {
    CompletableFuture<T> reading = new CompletableFuture<>();
    CompletableFuture<T> known = value.compareAndExchange(null, reading);
    if (known != null) {
      return known;
    }
    try {
      elsewhere.execute(() -> read(reading));
    } catch (RejectedExecutionException stopping) {
      fail(reading, stopping);
    }
    return reading;
  }

  private void read(CompletableFuture<T> reading) {
    try {
      reading.complete(read.get());
    } catch (RuntimeException failure) {
      log.error("{} can't be read", what, failure);
      fail(reading, failure);
    }
  }

  private void fail(CompletableFuture<T> reading, RuntimeException failure) {
    value.set(null);
    reading.completeExceptionally(failure);
  }

  /** The answer to a request whose value couldn't be read. */
  static EndpointAnswer failed(@Nullable Throwable failure, String text) {
    return failure instanceof RejectedExecutionException
        ? stopping()
        : EndpointAnswer.text(FAILED, text);
  }

  static EndpointAnswer stopping() {
    return EndpointAnswer.text(UNAVAILABLE, "This server is stopping.\n");
  }
}
