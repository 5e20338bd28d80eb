package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What became of a batch of records. */
final class WriteResults {
  private WriteResults() {}

  /** Returns the result of a write that failed, or didn't if there is no failure. */
  static Result of(@Nullable Throwable failure) {
    if (failure == null) {
      return Result.WRITTEN;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof StoreUnavailableException || cause instanceof StoreBusyException
        ? Result.TRY_LATER
        : Result.REFUSED;
  }
}
