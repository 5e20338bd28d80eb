package io.gridfleet.lb.async;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures of asynchronous work. */
public final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /** Returns the failure without the exceptions that stages and futures wrap it in. */
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns the cause of a failure as an exception that any method can throw. */
  public static RuntimeException unchecked(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
  }

  /**
   * Logs a failure as a defect; a task that an executor didn't take, because it has stopped or is
   * full, as a warning.
   *
   * @param what the work, with the id of its subject
   */
  public static void log(Logger log, Throwable failure, String what) {
    Throwable cause = cause(failure);
    if (cause instanceof RejectedExecutionException) {
      log.warn("{} wasn't done: the server stops or is too busy", what);
    } else {
      log.error("{} failed", what, cause);
    }
  }

  /**
   * Ends a chain of stages whose result no caller waits for: its failure is logged as a defect.
   * Failures that are expected, such as those of the store, are handled before.
   *
   * @param what the work, with the id of its subject: {@code the end of session 12}
   */
  public static void log(CompletionStage<?> work, String what) {
    work.whenComplete(
        (result, failure) -> {
          if (failure != null) {
            log(log, failure, what);
          }
        });
  }
}
