package io.gridfleet.lb.session;

import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Session id → node, device, run: a port over facts that survive a crash. Any replica finds any
 * live session here once and remembers it; a command costs no look-up.
 */
public interface SessionMap {

  /**
   * Records a session and gives it its lock, in one step: from here on the lock stands as long as
   * the session. In the same step the session's run is seen to be open, so that whoever ends a run
   * and then looks for its sessions finds all that there will ever be.
   */
  CompletionStage<Publication> publish(Session session);

  /** How a publication went. */
  enum Publication {
    PUBLISHED,
    /** Another live session has this id: two nodes hand out the same one. */
    DUPLICATE_ID,
    /** The attempt's lock expired in the meantime and may be somebody else's now. */
    LOCK_LOST,
    /** Its run has ended, or there never was one. */
    RUN_OVER
  }

  /** The live session of this id. */
  CompletionStage<Optional<Session>> find(SessionId id);

  /**
   * Ends a live session. Its lock stands on as one of kind {@code ENDING} until the node has
   * deleted the session and somebody releases it; if nobody does, a sweep takes that over within
   * half a minute.
   *
   * @return the session, for the one caller that ended it; empty for everybody else
   */
  CompletionStage<Optional<Session>> end(SessionId id, EndReason reason);

  /**
   * Takes back a publication whose answer was lost, so that it may or may not have been carried out
   * or may even be carried out later: after this it has no effect. A session that it recorded has
   * ended. Its lock, whether it was still the attempt's or already the session's, stands as one of
   * kind {@code ENDING}, as after {@link #end}. Another live session that has the same id stays.
   * May be repeated.
   */
  CompletionStage<Void> withdraw(Session session, EndReason reason);

  /**
   * Notes activity, in batches.
   *
   * @param silentFor how long ago each was last active: the store's clock makes an instant of it
   */
  CompletionStage<Void> touch(Map<SessionId, Duration> silentFor);

  /** All live sessions. */
  CompletionStage<List<SessionRecord>> live();

  /**
   * The newest live sessions first, without their tunnels.
   *
   * @param tenant whose; empty for all
   * @param most how many
   * @param characters how much JSON of capabilities in all; sessions beyond have none
   */
  CompletionStage<List<Session>> liveOf(Optional<String> tenant, int most, int characters);

  /** Live sessions that have been silent for longer than their limit and {@code grace}. */
  CompletionStage<List<SessionRecord>> idle(Duration grace);

  /** The newest record of an id, live or ended. */
  CompletionStage<Optional<SessionRecord>> record(SessionId id);

  /** The records of these runs, as {@link #newest}. */
  CompletionStage<List<SessionRecord>> ofRuns(Collection<String> runs);

  /** The newest records first, ended ones too, without their capabilities and tunnels. */
  CompletionStage<List<SessionRecord>> newest(int limit);

  /** The ids of the {@link #newest}. */
  default CompletionStage<List<String>> newestIds(int limit) {
    return newest(limit)
        .thenApply(all -> all.stream().map(record -> record.session().id().value()).toList());
  }
}
