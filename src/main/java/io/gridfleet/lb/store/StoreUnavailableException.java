package io.gridfleet.lb.store;

import org.jspecify.annotations.Nullable;

/**
 * The store can't be reached or can't write. If the connection broke during the statement, it is
 * unknown whether it was executed.
 */
public final class StoreUnavailableException extends StoreException {
  private static final long serialVersionUID = 1;

  private final String trouble;

  public StoreUnavailableException(String trouble, @Nullable Throwable cause) {
    super("The store is not available: " + trouble, cause);
    this.trouble = trouble;
  }

  /** Returns the database's message. */
  public String trouble() {
    return trouble;
  }
}
