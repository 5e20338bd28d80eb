package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.run.Runs.Edge;
import io.gridfleet.lb.run.Runs.Filter;
import io.gridfleet.lb.run.Runs.Filter.Sort;
import io.gridfleet.lb.run.Runs.Page;
import io.gridfleet.lb.run.Runs.Window;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
       AND (:tenant = '' OR tenant = :tenant)
       AND created >= :createdFrom AND created <= :createdTo
      """;

  private static final String SELECT =
      "SELECT id AS document_key, " + Columns.orNull("body", LargeDocuments.LARGE);

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
            read(
                handle,
                handle
                    .createQuery(
                        SELECT + " FROM runs WHERE state IN (<states>) ORDER BY created, id")
                    .bindList("states", OPEN)));
  }

  private static List<Run> read(Handle handle, Query query) {
    return LargeDocuments.read(
        query, RunDocuments::read, id -> find(handle, new RunId(id)).orElseThrow());
  }

  CompletionStage<Page> list(Filter filter, Window window) {
    return statements.run("runs.list", handle -> list(handle, filter, window));
  }

  private static Page list(Handle handle, Filter filter, Window window) {
    long total =
        bound(handle.createQuery("SELECT count(*)" + WHERE), filter).mapTo(Long.class).one();
    boolean back = window.edge().map(Edge::before).orElse(false);
    boolean descending = filter.descending() != back;
    String beyond = window.edge().isPresent() ? beyond(filter.sort(), descending) : "";
    Query query =
        bound(
                handle.createQuery(SELECT + WHERE + beyond + order(filter.sort(), descending)),
                filter)
            .bind("limit", window.limit() + 1)
            .bind("offset", window.edge().isPresent() ? 0 : window.offset());
    window.edge().ifPresent(edge -> bind(query, filter.sort(), edge));
    List<Run> found = read(handle, query);
    boolean more = found.size() > window.limit();
    List<Run> runs = new ArrayList<>(more ? found.subList(0, window.limit()) : found);
    if (back) {
      Collections.reverse(runs);
    }
    return new Page(runs, total, more);
  }

  private static void bind(Query query, Sort sort, Edge edge) {
    query.bind("edge", edge.run().value());
    if (sort.isTime()) {
      query.bind("key", Long.parseLong(edge.key()));
    } else {
      query.bind("key", Columns.storable(edge.key()));
    }
  }

  private static Query bound(Query query, Filter filter) {
    return query
        .bind("state", filter.state().map(RunState::name).orElse(""))
        .bind("tenant", filter.tenant().map(Columns::storable).orElse(""))
        .bind("createdFrom", filter.createdFrom().map(Instant::toEpochMilli).orElse(0L))
        .bind("createdTo", filter.createdTo().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
  }

  private static String beyond(Sort sort, boolean descending) {
    String beyond = descending ? "<" : ">";
    return " AND (%1$s %2$s :key OR (%1$s = :key AND id <binary> %2$s :edge))"
        .formatted(column(sort), beyond);
  }

  private static String order(Sort sort, boolean descending) {
    String direction = descending ? "DESC" : "ASC";
    return " ORDER BY %s %s, id <binary> %s LIMIT :limit OFFSET :offset"
        .formatted(column(sort), direction, direction);
  }

  private static String column(Sort sort) {
    return switch (sort) {
      case CREATED_AT -> "created";
      case NAME -> "name <binary>";
      case STATE -> "state <binary>";
      case COMPLETED_AT -> "coalesce(completed, " + Long.MAX_VALUE + ")";
    };
  }
}
