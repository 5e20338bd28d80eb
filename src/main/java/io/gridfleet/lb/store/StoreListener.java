package io.gridfleet.lb.store;

import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import java.time.Duration;

/** Hears what the store does, on the store's threads: a listener must not block. */
public interface StoreListener {
  /** A listener that does nothing. */
  StoreListener SILENT = new StoreListener() {};

  /**
   * A statement or transaction came to its end.
   *
   * @param statement its name, one of a few dozen
   * @param took from the moment a thread took it up
   */
  default void statementDone(String statement, Duration took, boolean failed) {}

  /** A statement was refused because too many are waiting. */
  default void statementRefused(String statement) {}

  /** The store can't be reached any more. */
  default void storeDown(String trouble) {}

  /** The store is back. */
  default void storeUp(Duration downFor) {}

  /** A session that ended while the store was gone has now been recorded as ended. */
  default void owedEndWritten(Session session, EndReason reason) {}
}
