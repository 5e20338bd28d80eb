package io.gridfleet.lb.session;

import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions that exceeded their idle limit. Any replica may have relayed the last command, so
 * each first writes the activity that it saw, and the store's clock decides. Commands of directly
 * connected clients aren't seen here: such a session is ended only if its node doesn't know it any
 * more.
 */
public final class IdleReaper {
  private static final Logger log = LoggerFactory.getLogger(IdleReaper.class);

  private final SessionMap sessions;
  private final SessionActivity activity;
  private final NodeSessions nodes;
  private final EndSession endSession;
  private final Duration grace;

  /**
   * @param grace added to the limit, so that other replicas have written their activity
   */
  public IdleReaper(
      SessionMap sessions,
      SessionActivity activity,
      NodeSessions nodes,
      EndSession endSession,
      Duration grace) {
    this.sessions = sessions;
    this.activity = activity;
    this.nodes = nodes;
    this.endSession = endSession;
    this.grace = grace;
  }

  /** Writes local activity, then ends idle sessions. */
  public CompletionStage<Void> sweep() {
    Map<SessionId, Duration> active = activity.sinceLastAsked();
    CompletionStage<Void> written =
        active.isEmpty() ? CompletableFuture.completedFuture(null) : written(active);
    return written
        .thenCompose(done -> sessions.idle(grace))
        .thenCompose(this::endAll)
        .exceptionally(
            failure -> {
              log.warn("idle sessions could not be read: {}", failure.toString());
              return null;
            });
  }

  /** Writes activity; what fails is written by the next sweep. */
  private CompletionStage<Void> written(Map<SessionId, Duration> active) {
    return sessions
        .touch(active)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                activity.notWritten(active.keySet());
              }
            });
  }

  private CompletionStage<Void> endAll(List<SessionRecord> idle) {
    CompletableFuture<?>[] ends =
        idle.stream()
            .map(SessionRecord::session)
            .map(this::endUnlessActive)
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(ends);
  }

  /**
   * Checks local activity by the monotonic clock, because the store's clock may have been adjusted.
   */
  private boolean wasActiveHere(Session session) {
    Duration silent = activity.silentFor(session.id());
    return silent != null && silent.compareTo(session.terms().idleLimit()) < 0;
  }

  private CompletionStage<?> endUnlessActive(Session session) {
    if (wasActiveHere(session)) {
      activity.notWritten(Set.of(session.id()));
      return CompletableFuture.completedFuture(false);
    }
    if (!session.terms().direct()) {
      return endSession.end(session.id(), EndReason.IDLE, NodeKnows.TELL_IT);
    }
    return nodes
        .has(session.node(), session.id())
        .thenCompose(
            known -> {
              if (known.isPresent() && !known.get()) {
                return endSession.end(session.id(), EndReason.UNKNOWN_TO_NODE, NodeKnows.ALREADY);
              }
              activity.touched(session.id());
              return CompletableFuture.completedFuture(false);
            });
  }
}
