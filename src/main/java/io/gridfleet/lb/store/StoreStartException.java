package io.gridfleet.lb.store;

import org.jspecify.annotations.Nullable;

/**
 * The store can't be opened; the message tells the operator what to do. Nothing in the store was
 * changed.
 */
public final class StoreStartException extends Exception {
  private static final long serialVersionUID = 1;

  public StoreStartException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }

  public StoreStartException(String sentence) {
    this(sentence, null);
  }
}
