package io.gridfleet.lb.store;

import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import java.time.Duration;

/** Receives the store's events on the store's threads: a listener must not block. */
public interface StoreListener {
  /** A listener that does nothing. */
  StoreListener SILENT = new StoreListener() {};

  /**
   * A statement or transaction has finished.
   *
   * @param statement its name, one of a few dozen
   * @param took from when a thread started it
   */
  default void statementDone(String statement, Duration took, boolean failed) {}

  /**
   * Operations have committed in one transaction.
   *
   * @param operations how many, at least two
   */
  default void groupCommitted(int operations) {}

  /** A statement was refused because too many are waiting. */
  default void statementRefused(String statement) {}

  /** The store can't be reached any more. */
  default void storeDown(String trouble) {}

  /** The store is back. */
  default void storeUp(Duration downFor) {}

  /** A change that happened during an outage was dropped: too many waited, or were refused. */
  default void deferredWriteDropped() {}

  /** The end of a session that happened during an outage has been written. */
  default void deferredEndWritten(Session session, EndCause cause) {}
}
