package io.gridfleet.lb.store.open;

import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/**
 * What SQLite and PostgreSQL spell differently, as the words of a statement's text. A writing
 * transaction on SQLite is alone anyway.
 *
 * <ul>
 *   <li>{@code <now>} is the store's clock, read once a statement, in milliseconds.
 *   <li>{@code <skipLocked>} leaves rows that another replica works on to it.
 *   <li>{@code <unchanged>}: nobody changes the rows that were read before the transaction ends;
 *       waits for who does now.
 *   <li>{@code <binary>} sorts texts by their code points, whatever the database's language.
 *   <li>{@code <oneReservationAtATime>}: nobody else reserves before the transaction ends.
 *   <li>{@code <noReservationMeanwhile>} excludes those who reserve, not others who say the same.
 *   <li>{@code <noReservationNorTenantMeanwhile>} excludes, besides, whoever says it of the same
 *       {@code :tenant}; both at the price of one way to the database.
 * </ul>
 */
public enum Dialect {
  SQLITE(
      Map.of(
          "now", "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
          "skipLocked", "",
          "unchanged", "",
          "binary", "",
          "oneReservationAtATime", "SELECT 1",
          "noReservationMeanwhile", "SELECT 1",
          "noReservationNorTenantMeanwhile", "SELECT :tenant")),
  POSTGRESQL(
      Map.of(
          "now", "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
          "skipLocked", "FOR UPDATE SKIP LOCKED",
          "unchanged", "FOR SHARE",
          "binary", "COLLATE \"C\"",
          "oneReservationAtATime", "LOCK TABLE reserved_devices IN SHARE ROW EXCLUSIVE MODE",
          "noReservationMeanwhile", "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE",
          "noReservationNorTenantMeanwhile",
              "LOCK TABLE reserved_devices IN ROW EXCLUSIVE MODE;"
                  + " SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))"));

  @SuppressWarnings("ImmutableEnumChecker") // of Map.of
  private final Map<String, String> words;

  Dialect(Map<String, String> words) {
    this.words = words;
  }

  /** Gives statements their words. */
  void teach(Jdbi jdbi) {
    words.forEach(jdbi::define);
  }
}
