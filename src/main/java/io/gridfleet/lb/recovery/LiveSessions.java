package io.gridfleet.lb.recovery;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionActivity;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions hold their slots: those that begin here, and those that lived before the start. */
public final class LiveSessions {
  /** A store that went away in the middle of the start is asked again so often. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(LiveSessions.class);

  private final SessionMap sessions;
  private final FleetUpdates news;
  private final SessionActivity activity;
  private final ScheduledExecutorService timer;

  public LiveSessions(
      SessionMap sessions,
      FleetUpdates news,
      SessionActivity activity,
      ScheduledExecutorService timer) {
    this.sessions = sessions;
    this.news = news;
    this.activity = activity;
    this.timer = timer;
  }

  /**
   * Takes over what the store remembers. Where the store went away in the middle of the start, that
   * is when it is back.
   */
  public CompletionStage<@Nullable Void> goOn() {
    return sessions
        .live()
        .thenAccept(this::hold)
        .exceptionally(
            storeGone -> {
              LOG.warn("live sessions can't be read yet: {}", storeGone.toString());
              var unused = timer.schedule(this::goOn, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
              return null;
            });
  }

  private void hold(List<SessionRecord> live) {
    for (SessionRecord record : live) {
      news.held(held(record.session()));
    }
    if (!live.isEmpty()) {
      LOG.info("{} live sessions go on", live.size());
    }
  }

  public void began(Session session) {
    news.stands(held(session));
  }

  /** A session's lock with the name that people know the session by. */
  private static HeldLock held(Session session) {
    DeviceLock lock = session.lock();
    String who = session.terms().testName().orElse(session.terms().tenant());
    return new HeldLock(
        new DeviceLock(lock.device(), lock.slot(), who, lock.token()),
        HeldLock.Kind.SESSION,
        session.created(),
        Optional.empty(),
        Optional.of(session.terms().tenant()));
  }

  /** How many live; those that were active here, while the store is gone. */
  public int count() {
    try {
      return sessions.live().toCompletableFuture().join().size();
    } catch (CompletionException storeGone) {
      return activity.known();
    }
  }
}
