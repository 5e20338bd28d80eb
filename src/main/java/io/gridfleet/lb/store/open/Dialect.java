package io.gridfleet.lb.store.open;

import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/**
 * Where SQLite and PostgreSQL differ, as placeholders in a statement's text. A writing transaction
 * on SQLite is exclusive anyway.
 *
 * <ul>
 *   <li>{@code <now>} is the store's clock, read once a statement, in milliseconds.
 *   <li>{@code <skipLocked>} skips rows that another replica has locked.
 *   <li>{@code <unchanged>}: no other transaction changes the rows that were read before this one
 *       ends; waits for one that does now.
 *   <li>{@code <binary>} sorts texts by their code points, whatever the database's collation.
 *   <li>{@code <noIndex>} before a column: keeps SQLite, which has no statistics of its tables,
 *       from choosing that column's index.
 *   <li>{@code <texts>} selects the elements of {@code :texts}, a JSON array of texts.
 *   <li>{@code <numbers>} selects {@code name} and {@code number} of the members of {@code
 *       :numbers}, a JSON object of numbers.
 *   <li>{@code <oneReservationAtATime>}: no other transaction reserves before this one ends.
 *   <li>{@code <noReservationMeanwhile>} (shared) excludes transactions that reserve, not each
 *       other.
 *   <li>{@code <noReservationNorTenantMeanwhile>} also excludes transactions with the same {@code
 *       :tenant}; both in one round trip.
 * </ul>
 */
public enum Dialect {
  SQLITE(
      "db/sqlite",
      Map.of(
          "now", "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
          "skipLocked", "",
          "unchanged", "",
          "binary", "",
          "noIndex", "+",
          "texts", "SELECT value FROM json_each(:texts)",
          "numbers", "SELECT key AS name, value AS number FROM json_each(:numbers)",
          "oneReservationAtATime", "SELECT 1",
          "noReservationMeanwhile", "SELECT 1",
          "noReservationNorTenantMeanwhile", "SELECT :tenant")),
  POSTGRESQL(
      "db/postgresql",
      Map.of(
          "now", "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
          "skipLocked", "FOR UPDATE SKIP LOCKED",
          "unchanged", "FOR SHARE",
          "binary", "COLLATE \"C\"",
          "noIndex", "",
          "texts", "SELECT json_array_elements_text(CAST(:texts AS json))",
          "numbers",
              "SELECT key AS name, CAST(value AS BIGINT) AS number"
                  + " FROM json_each_text(CAST(:numbers AS json))",
          "oneReservationAtATime", "LOCK TABLE reserved_devices IN SHARE ROW EXCLUSIVE MODE",
          "noReservationMeanwhile", "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE",
          "noReservationNorTenantMeanwhile",
              "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE;"
                  + " SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))"));

  private final String migrations;

  @SuppressWarnings("ImmutableEnumChecker") // of Map.of
  private final Map<String, String> words;

  Dialect(String migrations, Map<String, String> words) {
    this.migrations = migrations;
    this.words = words;
  }

  /** Returns the folder of the migrations that the databases don't share. */
  String migrations() {
    return migrations;
  }

  /** Replaces the placeholders of a statement. */
  void teach(Jdbi jdbi) {
    words.forEach(jdbi::define);
  }
}
