package io.gridfleet.lb.store;

import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.run.Runs.Filter;
import io.gridfleet.lb.run.Runs.Page;
import io.gridfleet.lb.run.Runs.Window;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Finds runs. */
final class RunSearch {
  /** States of runs that haven't ended. */
  static final List<String> OPEN =
      Stream.of(RunState.values()).filter(state -> !state.terminal()).map(RunState::name).toList();

  private static final String WHERE =
      """
       FROM runs WHERE (:state = '' OR state = :state)
       AND created >= :createdFrom AND created <= :createdTo
      """;

  private final Statements statements;

  RunSearch(Statements statements) {
    this.statements = statements;
  }

  CompletionStage<Optional<Run>> find(RunId id) {
    return statements.run("runs.find", handle -> find(handle, id));
  }

  static Optional<Run> find(Handle handle, RunId id) {
    return handle
        .createQuery("SELECT body FROM runs WHERE id = :id")
        .bind("id", id.value())
        .map((row, context) -> RunDocuments.read(row.getString("body")))
        .findOne();
  }

  CompletionStage<List<Run>> live() {
    return statements.run(
        "runs.live",
        handle ->
            handle
                .createQuery("SELECT body FROM runs WHERE state IN (<states>) ORDER BY created, id")
                .bindList("states", OPEN)
                .map((row, context) -> RunDocuments.read(row.getString("body")))
                .list());
  }

  CompletionStage<Page> list(Filter filter, Window window) {
    return statements.run(
        "runs.list",
        handle -> {
          long total =
              bound(handle.createQuery("SELECT count(*)" + WHERE), filter).mapTo(Long.class).one();
          List<Run> runs =
              bound(handle.createQuery("SELECT body" + WHERE + order(filter)), filter)
                  .bind("limit", window.limit())
                  .bind("offset", window.offset())
                  .map((row, context) -> RunDocuments.read(row.getString("body")))
                  .list();
          return new Page(runs, total);
        });
  }

  private static Query bound(Query query, Filter filter) {
    return query
        .bind("state", filter.state().map(RunState::name).orElse(""))
        .bind("createdFrom", filter.createdFrom().map(Instant::toEpochMilli).orElse(0L))
        .bind("createdTo", filter.createdTo().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
  }

  /** Runs that haven't ended come after all that have, when sorted by their end. */
  private static String order(Filter filter) {
    String column =
        switch (filter.sort()) {
          case CREATED_AT -> "created";
          case NAME -> "name <binary>";
          case STATE -> "state <binary>";
          case COMPLETED_AT -> "coalesce(completed, " + Long.MAX_VALUE + ")";
        };
    String direction = filter.descending() ? " DESC" : " ASC";
    return " ORDER BY "
        + column
        + direction
        + ", id <binary>"
        + direction
        + " LIMIT :limit OFFSET :offset";
  }
}
