package io.gridfleet.lb.session;

import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The map from session ids to node, device and run; a port over durable storage. A replica looks up
 * a live session once and caches it; commands need no query.
 */
public interface SessionMap {

  /**
   * Records a session and converts its attempt's lock into the session's, atomically. The same
   * transaction checks that the session's run hasn't ended, so that a caller that ends a run and
   * then reads its sessions finds all of them.
   */
  CompletionStage<Publication> publish(Session session);

  /** The result of a publication. */
  enum Publication {
    PUBLISHED,
    /** Another live session has this id: two nodes assigned the same one. */
    DUPLICATE_ID,
    /** The attempt's lock expired and another request may hold the slot. */
    LOCK_LOST,
    /** Its run has ended or never existed. */
    RUN_OVER
  }

  /** Returns the live session with this id. */
  CompletionStage<Optional<Session>> find(SessionId id);

  /**
   * Ends a live session. Its lock becomes one of kind {@code ENDING} until the caller has deleted
   * the session on its node and releases it; otherwise a sweep takes over within half a minute.
   *
   * @return the session, for the one caller that ended it; empty for all others
   */
  CompletionStage<Optional<Session>> end(SessionId id, EndCause cause);

  /** As {@link #end(SessionId, EndCause)}, by nobody. */
  default CompletionStage<Optional<Session>> end(SessionId id, EndReason reason) {
    return end(id, EndCause.of(reason));
  }

  /**
   * As {@link #end(SessionId, EndCause)}, for a session that its node has already deleted: its lock
   * is freed in the same transaction. If this fails, the sweep frees it.
   */
  CompletionStage<Optional<Session>> endAndFree(SessionId id, EndCause cause);

  /**
   * Withdraws a publication whose answer was lost: it may have been carried out, or may be later,
   * and has no effect after this. A session that it recorded has ended. Its lock, the attempt's or
   * already the session's, becomes one of kind {@code ENDING}, as after {@link #end(SessionId,
   * EndCause)}. Another live session with the same id stays. Idempotent.
   */
  CompletionStage<Void> withdraw(Session session, EndReason reason);

  /**
   * Records activity, in batches.
   *
   * @param silentFor how long ago each was last active, converted to an instant of the store's
   *     clock
   */
  CompletionStage<Void> touch(Map<SessionId, Duration> silentFor);

  /** Returns all live sessions. */
  CompletionStage<List<SessionRecord>> live();

  /**
   * Returns the newest live sessions first, without their tunnels.
   *
   * @param tenant the owning tenant; empty for all
   * @param most the maximum number of sessions
   * @param characters the maximum total JSON of capabilities; sessions beyond have none
   */
  CompletionStage<List<Session>> liveOf(Optional<String> tenant, int most, int characters);

  /** Returns live sessions that have been idle for longer than their limit and {@code grace}. */
  CompletionStage<List<SessionRecord>> idle(Duration grace);

  /** Returns the newest record of an id, live or ended. */
  CompletionStage<Optional<SessionRecord>> record(SessionId id);
}
