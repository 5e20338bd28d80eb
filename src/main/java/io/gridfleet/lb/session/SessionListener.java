package io.gridfleet.lb.session;

import java.time.Duration;

/**
 * Receives the beginning and end of sessions. Called on any thread, under no lock; doesn't block.
 */
public interface SessionListener {

  /** A session was recorded. */
  default void published(Session session) {}

  /** A session ended; called once, by the replica that ended it. */
  default void ended(Session session, EndCause cause, Duration lived) {}
}
