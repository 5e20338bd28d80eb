package io.gridfleet.lb.store.sql;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Deletes old records of a table, on one replica at a time; step by step, a statement each, so that
 * others run between them.
 */
final class HistoryPruning {
  /** Rows of one deletion: a few milliseconds. */
  private static final int STEP = 200;

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final Statements statements;
  private final SharedDuties duties;
  private final Table table;
  private final String expired;
  private final String beyond;
  private final String surplus;

  /**
   * A table of records with an {@code id}.
   *
   * @param records their name in duties and statements
   * @param name the table's
   * @param time the column that orders them
   * @param over a further condition of a record that is deleted by its age
   * @param closed a further condition of a record that is deleted because there are too many
   */
  record Table(String records, String name, String time, String over, String closed) {
    static final Table REQUESTS = new Table("requests", "request_records", "arrived", "", "");

    /** A period that hasn't ended is kept, however long ago it began. */
    static final Table PERIODS =
        new Table(
            "periods",
            "device_periods",
            "began",
            " AND ended IS NOT NULL AND ended < <now> - :keep",
            " AND ended IS NOT NULL");

    private String deletion(String condition, String order) {
      return "DELETE FROM %1$s WHERE id IN (SELECT id FROM %1$s WHERE %2$s ORDER BY %3$s LIMIT :step <skipLocked>)"
          .formatted(name, condition, order);
    }
  }

  HistoryPruning(Statements statements, SharedDuties duties, Table table) {
    this.statements = statements;
    this.duties = duties;
    this.table = table;
    String time = table.time();
    this.expired = table.deletion(time + " < <now> - :keep" + table.over(), time);
    this.beyond =
        "SELECT %2$s AS at, id FROM %1$s ORDER BY %2$s DESC, id DESC LIMIT 1 OFFSET :most"
            .formatted(table.name(), time);
    this.surplus =
        table.deletion("(%s, id) <= (:at, :id)".formatted(time) + table.closed(), time + ", id");
  }

  /** Returns the number of deleted rows. */
  CompletionStage<Integer> run(Duration keep, int most) {
    return duties
        .takeTurn("prune-" + table.records(), INTERVAL)
        .thenCompose(
            ours ->
                ours
                    ? delete(expired, Map.of("keep", keep.toMillis()), 0)
                        .thenCompose(gone -> deleteBeyond(most, gone))
                    : CompletableFuture.completedStage(0));
  }

  private CompletionStage<Integer> deleteBeyond(int most, int gone) {
    return statements
        .run(
            table.records() + ".beyond",
            handle ->
                handle
                    .createQuery(beyond)
                    .bind("most", most)
                    .map(
                        (row, context) ->
                            Map.<String, Object>of(
                                "at", row.getLong("at"), "id", row.getString("id")))
                    .findOne())
        .thenCompose(
            first ->
                first.isPresent()
                    ? delete(surplus, first.get(), gone)
                    : CompletableFuture.completedStage(gone));
  }

  private CompletionStage<Integer> delete(String sql, Map<String, Object> values, int gone) {
    return statements
        .run(
            table.records() + ".prune",
            handle -> handle.createUpdate(sql).bindMap(values).bind("step", STEP).execute())
        .thenCompose(
            deleted ->
                deleted == STEP
                    ? delete(sql, values, gone + deleted)
                    : CompletableFuture.completedStage(gone + deleted));
  }
}
