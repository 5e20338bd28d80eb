package io.gridfleet.lb.store.sql;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Deletes old periods step by step, a statement each, so that others run between them. */
final class PeriodPruning {
  /** Rows of one deletion: a few milliseconds. */
  private static final int STEP = 200;

  /** What hasn't ended is kept, however long ago it began. */
  private static final String EXPIRED =
      """
      DELETE FROM device_periods WHERE id IN (
        SELECT id FROM device_periods
        WHERE began < <now> - :keep AND ended IS NOT NULL AND ended < <now> - :keep
        ORDER BY began LIMIT :step <skipLocked>)
      """;

  private static final String SURPLUS =
      """
      DELETE FROM device_periods WHERE id IN (
        SELECT id FROM device_periods
        WHERE (began, id) <= (:began, :id) AND ended IS NOT NULL
        ORDER BY began, id LIMIT :step <skipLocked>)
      """;

  private final Statements statements;

  PeriodPruning(Statements statements) {
    this.statements = statements;
  }

  /** Returns the number of deleted rows. */
  CompletionStage<Integer> run(Duration keep, int most) {
    return delete(EXPIRED, Map.of("keep", keep.toMillis()), 0)
        .thenCompose(gone -> deleteBeyond(most, gone));
  }

  private CompletionStage<Integer> deleteBeyond(int most, int gone) {
    return statements
        .run(
            "periods.beyond",
            handle ->
                handle
                    .createQuery(
                        "SELECT began, id FROM device_periods"
                            + " ORDER BY began DESC, id DESC LIMIT 1 OFFSET :most")
                    .bind("most", most)
                    .map(
                        (row, context) ->
                            Map.<String, Object>of(
                                "began", row.getLong("began"), "id", row.getString("id")))
                    .findOne())
        .thenCompose(
            first ->
                first.isPresent()
                    ? delete(SURPLUS, first.get(), gone)
                    : CompletableFuture.completedStage(gone));
  }

  private CompletionStage<Integer> delete(String sql, Map<String, Object> values, int gone) {
    return statements
        .run(
            "periods.prune",
            handle -> handle.createUpdate(sql).bindMap(values).bind("step", STEP).execute())
        .thenCompose(
            deleted ->
                deleted == STEP
                    ? delete(sql, values, gone + deleted)
                    : CompletableFuture.completedStage(gone + deleted));
  }
}
