package io.gridfleet.lb.relay;

import io.gridfleet.lb.state.StateTable;

/** The transition tables of this package, for tests that drive it from the front door. */
public final class RelayTables {
  private RelayTables() {}

  public static StateTable<?, ?, ?> relayedCommand() {
    return RelayedCommandTable.TABLE;
  }
}
