package io.gridfleet.lb.history;

import java.time.Instant;

/**
 * The commands of a session that a replica relayed so far.
 *
 * @param began when the first record was made, the same in all of the session and the replica
 */
public record CommandRecord(
    String session, String replica, Instant began, CommandSummary commands) {
  /** Returns the approximate number of characters as they are stored. */
  public int weight() {
    return 200 + 200 * (commands.slowest().size() + commands.recentErrors().size());
  }
}
