package io.gridfleet.lb.session;

import java.time.Duration;

/** Hears what becomes of sessions. Called on any thread, under no lock; must not block. */
public interface SessionListener {

  /** A session was recorded. */
  default void published(Session session) {}

  /** A session ended; told once, by the replica that ended it. */
  default void ended(Session session, EndReason reason, Duration lived) {}
}
