package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.store.statement.Statements;
import org.jdbi.v3.core.Handle;

/**
 * The publication of a session, as part of a transaction: it locks the session's run, then its
 * lock, then inserts its row.
 */
final class SessionPublication {
  private static final String OPEN_RUN =
      "SELECT id FROM runs WHERE id = :run AND state IN (<open>) <unchanged>";

  private static final String HAND_OVER =
      """
      UPDATE device_locks SET kind = 'SESSION', holder = :id, expires = NULL
      WHERE device = :device AND slot = :slot AND token = :token
        AND kind = 'ATTEMPT' AND claimed_by IS NULL
      """;

  private SessionPublication() {}

  static Publication publish(Handle handle, Session session) {
    if (!session.terms().run().map(run -> isOpen(handle, run)).orElse(true)) {
      return Publication.RUN_OVER;
    }
    if (!handOver(handle, session)) {
      return published(handle, session) ? Publication.PUBLISHED : Publication.LOCK_LOST;
    }
    boolean isNew =
        SessionColumns.bind(handle.createUpdate(SessionColumns.INSERT), session).execute() == 1;
    if (!isNew) {
      throw new Statements.RolledBack(Publication.DUPLICATE_ID);
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
    return SessionColumns.bindLock(handle.createUpdate(HAND_OVER), session.lock())
            .bind("id", session.id().value())
            .execute()
        == 1;
  }

  /** Whether this publication was executed before: its answer may have been lost. */
  private static boolean published(Handle handle, Session session) {
    return SqlSessionMap.live(handle, session.id())
        .filter(known -> known.lock().device().equals(session.lock().device()))
        .filter(known -> known.lock().slot() == session.lock().slot())
        .filter(known -> known.lock().token() == session.lock().token())
        .isPresent();
  }
}
