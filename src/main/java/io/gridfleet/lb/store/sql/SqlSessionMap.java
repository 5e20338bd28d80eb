package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.GroupPlace.Rank;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * Sessions as rows, one live row an id. A session and its lock change in one transaction: its
 * {@link SessionPublication} locks its run, its lock, then inserts its row; its end and its
 * withdrawal, of {@link SessionEnds}, lock its row, then its lock.
 */
final class SqlSessionMap implements SessionMap {
  /** Rows of one transaction of {@link #touch}, which bounds how long others wait for it. */
  private static final int STEP = 500;

  private static final String TOUCH =
      """
      UPDATE sessions SET last_activity = <now> - :silent
      WHERE id = :id AND ended IS NULL AND last_activity < <now> - :silent
      """;

  /** Total for live sessions, so that each has a running sum of its own. */
  private static final String BY_AGE = "ORDER BY created DESC, id";

  private static final String LIVE_OF =
      "SELECT "
          + SessionColumns.LISTED_WITHIN
          + " FROM (SELECT newest.*, SUM(length(capabilities)) OVER ("
          + BY_AGE
          + ") AS so_far FROM (SELECT * FROM sessions WHERE ended IS NULL%s "
          + BY_AGE
          + " LIMIT :most) newest) listed "
          + BY_AGE;

  private final Statements statements;
  private final SessionEnds ends;
  private final ClockStepDetector steps;

  SqlSessionMap(Statements statements, SessionEnds ends, ClockStepDetector steps) {
    this.statements = statements;
    this.ends = ends;
    this.steps = steps;
  }

  @Override
  public CompletionStage<Publication> publish(Session session) {
    return statements.write(
        "sessions.publish",
        GroupPlace.of(Rank.PUBLICATION, session.lock().device().value()),
        (handle, signals) -> SessionPublication.publish(handle, session));
  }

  @Override
  public CompletionStage<Optional<Session>> find(SessionId id) {
    return statements.run("sessions.find", handle -> live(handle, id));
  }

  /** Returns the live session of an id. */
  static Optional<Session> live(Handle handle, SessionId id) {
    return handle
        .createQuery(
            "SELECT " + SessionColumns.COLUMNS + " FROM sessions WHERE id = :id AND ended IS NULL")
        .bind("id", id.value())
        .map((row, context) -> SessionColumns.session(row))
        .findOne();
  }

  @Override
  public CompletionStage<Optional<Session>> end(SessionId id, EndCause cause) {
    return ends.end(id, cause);
  }

  @Override
  public CompletionStage<Optional<Session>> endAndFree(SessionId id, EndCause cause) {
    return ends.endAndFree(id, cause);
  }

  @Override
  public CompletionStage<Void> withdraw(Session session, EndReason reason) {
    return ends.withdraw(session, reason);
  }

  @Override
  public CompletionStage<Void> touch(Map<SessionId, Duration> silentFor) {
    List<Map.Entry<SessionId, Duration>> ordered = new ArrayList<>(silentFor.entrySet());
    ordered.sort(Comparator.comparing(entry -> entry.getKey().value()));
    List<CompletableFuture<Integer>> steps = new ArrayList<>();
    for (int from = 0; from < ordered.size(); from += STEP) {
      var step = ordered.subList(from, Math.min(from + STEP, ordered.size()));
      steps.add(statements.inTransaction("sessions.touch", handle -> touch(handle, step)));
    }
    return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
  }

  private static int touch(Handle handle, List<Map.Entry<SessionId, Duration>> step) {
    PreparedBatch batch = handle.prepareBatch(TOUCH);
    step.forEach(
        entry ->
            batch
                .bind("id", entry.getKey().value())
                .bind("silent", entry.getValue().toMillis())
                .add());
    return batch.execute().length;
  }

  @Override
  public CompletionStage<List<SessionRecord>> live() {
    return records("live", "WHERE ended IS NULL ORDER BY created", query -> query);
  }

  @Override
  public CompletionStage<List<Session>> liveOf(Optional<String> tenant, int most, int characters) {
    String only = tenant.isPresent() ? " AND tenant = :tenant" : "";
    return statements.run(
        "sessions.liveOf",
        handle -> {
          Query query = handle.createQuery(LIVE_OF.formatted(only));
          tenant.ifPresent(name -> query.bind("tenant", Columns.storable(name)));
          return query
              .bind("most", most)
              .bind("characters", characters)
              .map((row, context) -> SessionColumns.session(row))
              .list();
        });
  }

  /**
   * Returns none right after an outage, since other replicas still have activity to write, and none
   * where the store's clock was found to have been set just now.
   */
  @Override
  public CompletionStage<List<SessionRecord>> idle(Duration grace) {
    if (statements.justBack(grace)) {
      return CompletableFuture.completedFuture(List.of());
    }
    return statements
        .inTransaction("sessions.idle", handle -> idle(handle, grace))
        .thenApply(
            idle -> {
              steps.committed(idle.check());
              return idle.sessions();
            });
  }

  private record Idle(ClockStepDetector.Check check, List<SessionRecord> sessions) {}

  private Idle idle(Handle handle, Duration grace) {
    ClockStepDetector.Check check = steps.check(handle);
    if (check.stepped()) {
      return new Idle(check, List.of());
    }
    return new Idle(
        check,
        query(handle, "WHERE ended IS NULL AND last_activity + idle_limit + :grace < <now>")
            .bind("grace", grace.toMillis())
            .map((row, context) -> SessionColumns.record(row))
            .list());
  }

  @Override
  public CompletionStage<Optional<SessionRecord>> record(SessionId id) {
    return statements.run(
        "sessions.record",
        handle ->
            query(
                    handle,
                    "WHERE id = :id ORDER BY CASE WHEN ended IS NULL THEN 0 ELSE 1 END,"
                        + " created DESC LIMIT 1")
                .bind("id", id.value())
                .map((row, context) -> SessionColumns.record(row))
                .findOne());
  }

  private CompletionStage<List<SessionRecord>> records(
      String name, String rest, UnaryOperator<Query> bound) {
    return statements.run(
        "sessions." + name,
        handle ->
            bound
                .apply(query(handle, rest))
                .map((row, context) -> SessionColumns.record(row))
                .list());
  }

  private static Query query(Handle handle, String rest) {
    return handle.createQuery("SELECT " + SessionColumns.COLUMNS + " FROM sessions " + rest);
  }
}
