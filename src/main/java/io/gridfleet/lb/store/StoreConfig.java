package io.gridfleet.lb.store;

import java.time.Duration;
import java.util.Optional;

/**
 * The settings of the store.
 *
 * @param password of the PostgreSQL user, if one is needed
 * @param connections how many statements run at once on PostgreSQL; SQLite runs one at a time
 * @param waiting how many statements may wait; more fail at once
 * @param startPatience how long a start waits for a PostgreSQL that isn't reachable yet
 * @param keepEnded how long ended sessions are kept
 */
public record StoreConfig(
    StoreAddress address,
    Optional<String> password,
    int connections,
    int waiting,
    Duration startPatience,
    Duration keepEnded) {

  /** Two cores' worth of PostgreSQL; a lock takes below a millisecond. */
  private static final int CONNECTIONS = 4;

  /** At a thousand statements a second they wait for two seconds, the same as a lost connection. */
  private static final int WAITING = 2_000;

  /** Containers start together; a database needs a few seconds. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);

  private static final Duration KEEP_ENDED = Duration.ofDays(14);

  /** The defaults. */
  public static StoreConfig at(StoreAddress address) {
    return new StoreConfig(
        address, Optional.empty(), CONNECTIONS, WAITING, START_PATIENCE, KEEP_ENDED);
  }

  public StoreConfig withStartPatience(Duration patience) {
    return new StoreConfig(address, password, connections, waiting, patience, keepEnded);
  }

  public StoreConfig withConnections(int connections, int waiting) {
    return new StoreConfig(address, password, connections, waiting, startPatience, keepEnded);
  }

  @Override
  public String toString() {
    return "StoreConfig[" + address + "]";
  }
}
