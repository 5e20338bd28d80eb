package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.GroupPlace;
import io.gridfleet.lb.store.statement.GroupPlace.Rank;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** The ends and withdrawals of sessions: they lock the session's row, then its lock. */
final class SessionEnds {
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

  private final Statements statements;
  private final StoreSignals sender;
  private final DeferredWrites deferred;

  SessionEnds(Statements statements, StoreSignals sender, DeferredWrites deferred) {
    this.statements = statements;
    this.sender = sender;
    this.deferred = deferred;
  }

  CompletionStage<Optional<Session>> end(SessionId id, EndCause cause) {
    DeferredWrites.End end = new DeferredWrites.End(id, cause, System.nanoTime());
    return ending(
        "sessions.end",
        end,
        (handle, signals) -> {
          Optional<Session> ended = end(handle, end, Duration.ZERO);
          ended.map(SessionEnds::ended).ifPresent(signals);
          return ended;
        },
        handle ->
            ended(
                sender
                    .sending(handle, END_ALONE, StoreSignals.OfRow.ENDED)
                    .bind("patience", ENDING.toMillis()),
                end,
                Duration.ZERO));
  }

  CompletionStage<Optional<Session>> endAndFree(SessionId id, EndCause cause) {
    DeferredWrites.End end = new DeferredWrites.End(id, cause, System.nanoTime());
    return ending(
        "sessions.endAndFree",
        end,
        (handle, signals) -> {
          Optional<Session> ended = ended(handle, end, Duration.ZERO);
          ended.ifPresent(session -> free(handle, session, signals));
          return ended;
        },
        handle ->
            ended(
                sender.sending(handle, END_AND_FREE_ALONE, StoreSignals.OfRow.ENDED_AND_FREED),
                end,
                Duration.ZERO));
  }

  /**
   * @param single where a query may change rows; else {@code work} is executed in a transaction
   */
  private CompletionStage<Optional<Session>> ending(
      String name,
      DeferredWrites.End end,
      Statements.Work<Optional<Session>> work,
      HandleCallback<Optional<Session>, RuntimeException> single) {
    GroupPlace place = GroupPlace.of(Rank.END, end.session().value());
    return deferred.unlessWritten(
        statements.write(
            name,
            place,
            work,
            handle ->
                sender.hasOthers()
                    ? single.withHandle(handle)
                    : handle.inTransaction(own -> work.execute(own, noSignals -> {}))),
        end);
  }

  private static void free(Handle handle, Session session, Consumer<FleetSignal> signals) {
    DeviceLock lock = session.lock();
    signals.accept(ended(session));
    if (SessionColumns.bindLock(handle.createUpdate(FREE), lock).execute() == 1) {
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
    SessionColumns.bindLock(handle.createUpdate(LEAVE), lock)
        .bind("patience", patience.toMillis())
        .execute();
  }

  CompletionStage<Void> withdraw(Session session, EndReason reason) {
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
    return SessionColumns.bindLock(update, session.lock()).bind("id", session.id().value());
  }
}
