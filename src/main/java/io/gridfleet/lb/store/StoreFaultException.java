package io.gridfleet.lb.store;

/** The store is reachable but refused a statement: a fault of this program or of the data. */
public final class StoreFaultException extends StoreException {
  private static final long serialVersionUID = 1;

  StoreFaultException(String statement, Throwable cause) {
    super("The store refused '" + statement + "': " + cause.getMessage(), cause);
  }
}
