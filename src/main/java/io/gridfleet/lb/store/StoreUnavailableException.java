package io.gridfleet.lb.store;

import org.jspecify.annotations.Nullable;

/**
 * The store can't be reached or can't write. Whether the statement was carried out is not known
 * when the connection broke under it.
 */
public final class StoreUnavailableException extends StoreException {
  private static final long serialVersionUID = 1;

  private final String trouble;

  public StoreUnavailableException(String trouble, @Nullable Throwable cause) {
    super("The store is not available: " + trouble, cause);
    this.trouble = trouble;
  }

  /** The database's own words. */
  public String trouble() {
    return trouble;
  }
}
