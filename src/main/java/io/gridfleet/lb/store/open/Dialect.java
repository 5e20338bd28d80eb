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
 *   <li>{@code <hashJoins>}: until the transaction ends, PostgreSQL joins by hashing. It takes a
 *       range that is bound by parameters for a few rows, and reads the other table for each of
 *       them.
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
      Map.ofEntries(
          Map.entry("now", "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)"),
          Map.entry("skipLocked", ""),
          Map.entry("unchanged", ""),
          Map.entry("binary", ""),
          Map.entry("noIndex", "+"),
          Map.entry("texts", "SELECT value FROM json_each(:texts)"),
          Map.entry("numbers", "SELECT key AS name, value AS number FROM json_each(:numbers)"),
          Map.entry("hashJoins", "SELECT 1"),
          Map.entry("oneReservationAtATime", "SELECT 1"),
          Map.entry("noReservationMeanwhile", "SELECT 1"),
          Map.entry("noReservationNorTenantMeanwhile", "SELECT :tenant"))),
  POSTGRESQL(
      "db/postgresql",
      Map.ofEntries(
          Map.entry("now", "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"),
          Map.entry("skipLocked", "FOR UPDATE SKIP LOCKED"),
          Map.entry("unchanged", "FOR SHARE"),
          Map.entry("binary", "COLLATE \"C\""),
          Map.entry("noIndex", ""),
          Map.entry("texts", "SELECT json_array_elements_text(CAST(:texts AS json))"),
          Map.entry(
              "numbers",
              "SELECT key AS name, CAST(value AS BIGINT) AS number"
                  + " FROM json_each_text(CAST(:numbers AS json))"),
          Map.entry("hashJoins", "SET LOCAL enable_nestloop = off"),
          Map.entry(
              "oneReservationAtATime", "LOCK TABLE reserved_devices IN SHARE ROW EXCLUSIVE MODE"),
          Map.entry("noReservationMeanwhile", "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE"),
          Map.entry(
              "noReservationNorTenantMeanwhile",
              "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE;"
                  + " SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))")));

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
