package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.store.replica.SharedDuties;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

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

  /**
   * A table of records.
   *
   * @param records their name in duties and statements
   * @param name the table's
   * @param key the columns of its primary key
   * @param expired the condition of a record that is deleted by its age
   * @param counted the condition of a record that is deleted if there are too many
   * @param oldest the order in which those are
   */
  record Table(
      String records, String name, String key, String expired, String counted, String oldest) {
    static final Table REQUESTS =
        new Table(
            "requests",
            "request_records",
            "seq",
            "arrived < <now> - :keep",
            "arrived IS NOT NULL",
            "arrived, id");

    /** A period that hasn't ended is kept, however long ago it began. */
    static final Table PERIODS =
        new Table(
            "periods",
            "device_periods",
            "seq",
            "kind IN ("
                + Arrays.stream(Kind.values())
                    .map(kind -> "'" + kind + "'")
                    .collect(Collectors.joining(", "))
                + ") AND ended < <now> - :keep",
            "ended IS NOT NULL",
            "seq");

    static final Table COMMANDS =
        new Table(
            "commands",
            "session_commands",
            "began, session, replica",
            "began < <now> - :keep",
            "began IS NOT NULL",
            "began, session, replica");

    private String count() {
      return "SELECT count(*) FROM %s WHERE %s".formatted(name, counted);
    }

    private String deletion(String condition) {
      return "DELETE FROM %1$s WHERE (%2$s) IN (SELECT %2$s FROM %1$s WHERE %3$s LIMIT :step <skipLocked>)"
          .formatted(name, key, condition);
    }

    private String expiry() {
      return deletion(expired);
    }

    private String surplus() {
      return deletion(counted + " ORDER BY " + oldest);
    }
  }

  HistoryPruning(Statements statements, SharedDuties duties, Table table) {
    this.statements = statements;
    this.duties = duties;
    this.table = table;
  }

  /** Returns the number of deleted rows. */
  CompletionStage<Integer> run(Duration keep, int most) {
    return duties
        .takeTurn("prune-" + table.records(), INTERVAL)
        .thenCompose(
            ours ->
                ours
                    ? delete(table.expiry(), Map.of("keep", keep.toMillis()), Integer.MAX_VALUE, 0)
                        .thenCompose(gone -> deleteBeyond(most, gone))
                    : CompletableFuture.completedStage(0));
  }

  private CompletionStage<Integer> deleteBeyond(int most, int gone) {
    return statements
        .run(
            table.records() + ".count",
            handle -> handle.createQuery(table.count()).mapTo(Integer.class).one())
        .thenCompose(
            count ->
                count > most
                    ? delete(table.surplus(), Map.of(), count - most, 0)
                        .thenApply(surplus -> gone + surplus)
                    : CompletableFuture.completedStage(gone));
  }

  private CompletionStage<Integer> delete(
      String sql, Map<String, Object> values, int most, int gone) {
    int step = Math.min(STEP, most - gone);
    return statements
        .run(
            table.records() + ".prune",
            handle -> handle.createUpdate(sql).bindMap(values).bind("step", step).execute())
        .thenCompose(
            deleted ->
                deleted == step && gone + deleted < most
                    ? delete(sql, values, most, gone + deleted)
                    : CompletableFuture.completedStage(gone + deleted));
  }
}
