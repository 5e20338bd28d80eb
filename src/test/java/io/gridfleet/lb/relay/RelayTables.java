package io.gridfleet.lb.relay;

import io.gridfleet.lb.state.StateTable;

/** The transition tables of this package, for tests in the front door's package. */
public final class RelayTables {
  private RelayTables() {}

  public static StateTable<?, ?, ?> relayedCommand() {
    return RelayedCommandTable.TABLE;
  }
}
