package io.gridfleet.lb.store;

import org.jdbi.v3.core.Jdbi;

/** What SQLite and PostgreSQL spell differently. */
enum Dialect {
  SQLITE("CAST(round(unixepoch('subsec') * 1000) AS INTEGER)", "", "", "", "SELECT 1", "SELECT 1"),
  POSTGRESQL(
      "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
      "FOR UPDATE SKIP LOCKED",
      "FOR SHARE",
      "COLLATE \"C\"",
      "LOCK TABLE reserved_devices IN SHARE ROW EXCLUSIVE MODE",
      "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE");

  private final String now;
  private final String skipLocked;
  private final String unchanged;
  private final String binary;
  private final String oneReservationAtATime;
  private final String noReservationMeanwhile;

  Dialect(
      String now,
      String skipLocked,
      String unchanged,
      String binary,
      String oneReservationAtATime,
      String noReservationMeanwhile) {
    this.now = now;
    this.skipLocked = skipLocked;
    this.unchanged = unchanged;
    this.binary = binary;
    this.oneReservationAtATime = oneReservationAtATime;
    this.noReservationMeanwhile = noReservationMeanwhile;
  }

  /**
   * Gives statements their words: {@code <now>} is the store's clock, read once a statement, in ms.
   */
  void teach(Jdbi jdbi) {
    jdbi.define("now", now);
    // Leaves rows that another replica works on to it.
    jdbi.define("skipLocked", skipLocked);
    // Nobody changes the rows that were read before the transaction ends; waits for who does now.
    jdbi.define("unchanged", unchanged);
    // Sorts texts by their code points, whatever the database's language.
    jdbi.define("binary", binary);
    // A writing transaction on SQLite is alone anyway.
    jdbi.define("oneReservationAtATime", oneReservationAtATime);
    // Excludes those who reserve, not others who say the same.
    jdbi.define("noReservationMeanwhile", noReservationMeanwhile);
  }
}
