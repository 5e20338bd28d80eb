package io.gridfleet.lb.store;

/** More statements are waiting than may wait; this one was not executed and may be repeated. */
public final class StoreBusyException extends StoreException {
  private static final long serialVersionUID = 1;

  public StoreBusyException(int waiting) {
    super("The store is busy: " + waiting + " statements are waiting already", null);
  }
}
