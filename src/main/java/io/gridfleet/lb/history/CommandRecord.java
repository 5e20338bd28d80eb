package io.gridfleet.lb.history;

/** The commands of a session that a replica relayed so far. */
public record CommandRecord(String session, String replica, CommandSummary commands) {
  /** Returns the approximate number of characters as they are stored. */
  public int weight() {
    return 200 + 200 * (commands.slowest().size() + commands.recentErrors().size());
  }
}
