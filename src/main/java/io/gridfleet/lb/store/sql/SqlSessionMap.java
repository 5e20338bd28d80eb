package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.sql.GroupPlace.Rank;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * Sessions as rows, one live row an id. A session and its lock change in one transaction: its
 * publication locks its run, its lock, then inserts its row; its end and its withdrawal lock its
 * row, then its lock.
 */
final class SqlSessionMap implements SessionMap {
  /** Rows of one transaction of {@link #touch}, which bounds how long others wait for it. */
  private static final int STEP = 500;

  private static final String OPEN_RUN =
      "SELECT id FROM runs WHERE id = :run AND state IN (<open>) <unchanged>";

  private static final String HAND_OVER =
      """
      UPDATE device_locks SET kind = 'SESSION', holder = :id, expires = NULL
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind = 'ATTEMPT' AND claimed_by IS NULL
      """;

  private static final String END =
      """
      UPDATE sessions SET ended = <now> - :ago, end_reason = :reason, ended_by = :by
      WHERE id = :id AND ended IS NULL AND (:ago = 0 OR created <= <now> - :ago)
      RETURNING\s"""
          + SessionColumns.COLUMNS;

  private static final String LEAVE =
      """
      UPDATE device_locks SET kind = 'ENDING', expires = <now> + :patience
      WHERE device = :device AND slot = :slot AND token = :token AND kind = 'SESSION'
      """;

  private static final String FREE =
      """
      UPDATE device_locks
      SET holder = NULL, kind = NULL, expires = NULL, tenant = NULL, since = <now>
      WHERE device = :device AND slot = :slot AND token = :token AND kind = 'SESSION'
      """;

  private static final String OF_CHANGED =
      """
      FROM changed
      WHERE device_locks.device = changed.device AND device_locks.slot = changed.slot
        AND device_locks.token = changed.token AND device_locks.kind = 'SESSION'
      RETURNING device_locks.device, device_locks.slot, device_locks.token
      """;

  /** {@link #END} and {@link #LEAVE} as one statement, which locks the rows in this order. */
  private static final String END_ALONE =
      "changed AS ("
          + END
          + "), lock AS (UPDATE device_locks SET kind = 'ENDING', expires = <now> + :patience "
          + OF_CHANGED
          + ")";

  /** {@link #END} and {@link #FREE} as one statement, which locks the rows in this order. */
  private static final String END_AND_FREE_ALONE =
      "changed AS ("
          + END
          + "), lock AS (UPDATE device_locks SET holder = NULL, kind = NULL, expires = NULL,"
          + " tenant = NULL, since = <now> "
          + OF_CHANGED
          + ")";

  private static final String WITHDRAW_LOCK =
      """
      UPDATE device_locks SET kind = 'ENDING', holder = :id, expires = <now> + :patience
      WHERE device = :device AND slot = :slot AND token = :token
        AND (kind = 'ATTEMPT' OR kind = 'SESSION' AND :published) AND claimed_by IS NULL
      """;

  private static final String WITHDRAW =
      """
      UPDATE sessions SET ended = <now>, end_reason = :reason
      WHERE id = :id AND device = :device AND slot = :slot AND token = :token AND ended IS NULL
      """;

  /**
   * Longer than most nodes take to end a session. If one takes longer, or the replica that ended it
   * is dead, a sweep requests the end from the node too; a second deletion has no effect.
   */
  private static final Duration ENDING = Duration.ofSeconds(20);

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
  private final DeferredWrites deferred;
  private final StoreHealth health;
  private final ClockStepDetector steps;

  SqlSessionMap(
      Statements statements, DeferredWrites deferred, StoreHealth health, ClockStepDetector steps) {
    this.statements = statements;
    this.deferred = deferred;
    this.health = health;
    this.steps = steps;
  }

  @Override
  public CompletionStage<Publication> publish(Session session) {
    return statements.write(
        "sessions.publish",
        GroupPlace.of(Rank.PUBLICATION, session.lock().device().value()),
        (handle, signals) -> publish(handle, session));
  }

  private static Publication publish(Handle handle, Session session) {
    if (!session.terms().run().map(run -> isOpen(handle, run)).orElse(true)) {
      return Publication.RUN_OVER;
    }
    if (!handOver(handle, session)) {
      return published(handle, session) ? Publication.PUBLISHED : Publication.LOCK_LOST;
    }
    boolean isNew =
        SessionColumns.bind(handle.createUpdate(SessionColumns.INSERT), session).execute() == 1;
    if (!isNew) {
      throw new StoreOperation.RolledBack(Publication.DUPLICATE_ID);
    }
    return Publication.PUBLISHED;
  }

  /** From here to the end of the transaction the run can't be ended. */
  private static boolean isOpen(Handle handle, String run) {
    return handle
        .createQuery(OPEN_RUN)
        .bind("run", Columns.storable(run))
        .bindList("open", RunSearch.OPEN)
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }

  private static boolean handOver(Handle handle, Session session) {
    return bindLock(handle.createUpdate(HAND_OVER), session).execute() == 1;
  }

  /** Whether this publication was executed before: its answer may have been lost. */
  private static boolean published(Handle handle, Session session) {
    return live(handle, session.id())
        .filter(known -> known.lock().device().equals(session.lock().device()))
        .filter(known -> known.lock().slot() == session.lock().slot())
        .filter(known -> known.lock().token() == session.lock().token())
        .isPresent();
  }

  @Override
  public CompletionStage<Optional<Session>> find(SessionId id) {
    return statements.run("sessions.find", handle -> live(handle, id));
  }

  private static Optional<Session> live(Handle handle, SessionId id) {
    return handle
        .createQuery(
            "SELECT " + SessionColumns.COLUMNS + " FROM sessions WHERE id = :id AND ended IS NULL")
        .bind("id", id.value())
        .map((row, context) -> SessionColumns.session(row))
        .findOne();
  }

  @Override
  public CompletionStage<Optional<Session>> end(SessionId id, EndCause cause) {
    DeferredWrites.End end = new DeferredWrites.End(id, cause, System.nanoTime());
    return ending(
        "sessions.end",
        end,
        (handle, signals) -> {
          Optional<Session> ended = end(handle, end, Duration.ZERO);
          ended.map(SqlSessionMap::ended).ifPresent(signals);
          return ended;
        },
        (handle, sender) ->
            ended(
                sender
                    .sending(handle, END_ALONE, SignalText.ENDED)
                    .bind("patience", ENDING.toMillis()),
                end,
                Duration.ZERO));
  }

  @Override
  public CompletionStage<Optional<Session>> endAndFree(SessionId id, EndCause cause) {
    DeferredWrites.End end = new DeferredWrites.End(id, cause, System.nanoTime());
    return ending(
        "sessions.endAndFree",
        end,
        (handle, signals) -> {
          Optional<Session> ended = ended(handle, end, Duration.ZERO);
          ended.ifPresent(session -> free(handle, session, signals));
          return ended;
        },
        (handle, sender) ->
            ended(
                sender.sending(handle, END_AND_FREE_ALONE, SignalText.ENDED_AND_FREED),
                end,
                Duration.ZERO));
  }

  /**
   * @param single where a query may change rows; else {@code work} is executed in a transaction
   */
  private CompletionStage<Optional<Session>> ending(
      String name,
      DeferredWrites.End end,
      StoreOperation.Work<Optional<Session>> work,
      StoreOperation.Single<Optional<Session>> single) {
    GroupPlace place = GroupPlace.of(Rank.END, end.session().value());
    return deferred.unlessWritten(
        statements.write(
            name,
            place,
            work,
            (handle, sender) ->
                sender.hasOthers()
                    ? single.execute(handle, sender)
                    : handle.inTransaction(own -> work.execute(own, noSignals -> {}))),
        end);
  }

  private static void free(Handle handle, Session session, Consumer<FleetSignal> signals) {
    DeviceLock lock = session.lock();
    signals.accept(ended(session));
    if (bind(handle.createUpdate(FREE), lock).execute() == 1) {
      signals.accept(SqlDeviceLocks.freed(lock));
    }
  }

  private static FleetSignal ended(Session session) {
    return new FleetSignal.SessionEnded(session.id().value());
  }

  /** Ends a session; one that ended some time ago is due for the sweep at once. */
  static Optional<Session> end(Handle handle, DeferredWrites.End end, Duration ago) {
    Optional<Session> session = ended(handle, end, ago);
    session.ifPresent(
        ended -> keepEnding(handle, ended.lock(), ago.isZero() ? ENDING : Duration.ZERO));
    return session;
  }

  private static Optional<Session> ended(Handle handle, DeferredWrites.End end, Duration ago) {
    return ended(handle.createQuery(END), end, ago);
  }

  private static Optional<Session> ended(Query query, DeferredWrites.End end, Duration ago) {
    return query
        .bind("id", end.session().value())
        .bind("reason", end.cause().reason().name())
        .bindByType("by", end.cause().by().map(Columns::storable).orElse(null), String.class)
        .bind("ago", ago.toMillis())
        .map((row, context) -> SessionColumns.session(row))
        .findOne();
  }

  private static void keepEnding(Handle handle, DeviceLock lock, Duration patience) {
    bind(handle.createUpdate(LEAVE), lock).bind("patience", patience.toMillis()).execute();
  }

  private static Update bind(Update update, DeviceLock lock) {
    return update
        .bind("device", lock.device().value())
        .bind("slot", lock.slot())
        .bind("token", lock.token());
  }

  @Override
  public CompletionStage<Void> withdraw(Session session, EndReason reason) {
    return statements.write(
        "sessions.withdraw",
        GroupPlace.ALONE,
        (handle, signals) -> {
          withdraw(handle, session, reason);
          return null;
        });
  }

  /**
   * Without a row, waits for a publication in progress; a later one finds no attempt. The row of
   * one that was in progress is locked before its lock, too: an update that changes nothing leaves
   * nothing locked.
   */
  private static void withdraw(Handle handle, Session session, EndReason reason) {
    boolean ended = endWithdrawn(handle, session, reason);
    if (!ended && keepWithdrawn(handle, session, false)) {
      return;
    }
    if (!ended) {
      endWithdrawn(handle, session, reason);
    }
    keepWithdrawn(handle, session, true);
  }

  private static boolean endWithdrawn(Handle handle, Session session, EndReason reason) {
    return bindLock(handle.createUpdate(WITHDRAW), session).bind("reason", reason.name()).execute()
        == 1;
  }

  private static boolean keepWithdrawn(Handle handle, Session session, boolean published) {
    return bindLock(handle.createUpdate(WITHDRAW_LOCK), session)
            .bind("patience", ENDING.toMillis())
            .bind("published", published)
            .execute()
        == 1;
  }

  private static Update bindLock(Update update, Session session) {
    return bind(update, session.lock()).bind("id", session.id().value());
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
    if (health.justBack(grace)) {
      return CompletableFuture.completedFuture(List.of());
    }
    return statements.inTransaction(
        "sessions.idle",
        handle ->
            steps.corrected(handle)
                ? List.of()
                : query(
                        handle,
                        "WHERE ended IS NULL AND last_activity + idle_limit + :grace < <now>")
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
