package io.gridfleet.lb.store;

import org.jspecify.annotations.Nullable;

/** A statement that was not executed: every stage of the store's ports fails with one of these. */
public abstract sealed class StoreException extends RuntimeException
    permits StoreBusyException, StoreFaultException, StoreUnavailableException {
  private static final long serialVersionUID = 1;

  StoreException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
