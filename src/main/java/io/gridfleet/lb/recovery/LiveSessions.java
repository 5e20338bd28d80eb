package io.gridfleet.lb.recovery;

import io.gridfleet.lb.async.Timers;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks the slots of live sessions as held: of sessions that begin here, and of those that were
 * live before the start.
 */
public final class LiveSessions {
  /** The pause before a retry if the store is unavailable during the start. */
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(LiveSessions.class);

  private final SessionMap sessions;
  private final FleetUpdates updates;
  private final SessionActivity activity;
  private final ScheduledExecutorService timer;

  public LiveSessions(
      SessionMap sessions,
      FleetUpdates updates,
      SessionActivity activity,
      ScheduledExecutorService timer) {
    this.sessions = sessions;
    this.updates = updates;
    this.activity = activity;
    this.timer = timer;
  }

  /** Takes over the live sessions of the store. Retries until the store is available. */
  public CompletionStage<@Nullable Void> resume() {
    return live()
        .thenAccept(this::hold)
        .exceptionally(
            unavailable -> {
              LOG.warn("live sessions could not be read yet: {}", unavailable.toString());
              Timers.after(timer, RETRY_DELAY, "reading live sessions", this::resume);
              return null;
            });
  }

  private CompletionStage<List<SessionRecord>> live() {
    try {
      return sessions.live();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private void hold(List<SessionRecord> live) {
    for (SessionRecord record : live) {
      updates.held(held(record.session()));
    }
    if (!live.isEmpty()) {
      LOG.info("live sessions taken over from the store: {}", live.size());
    }
  }

  public void began(Session session) {
    updates.sessionPublished(held(session));
  }

  private static HeldLock held(Session session) {
    DeviceLock lock = session.lock();
    return new HeldLock(
        new DeviceLock(lock.device(), lock.slot(), session.id().value(), lock.token()),
        HeldLock.Kind.SESSION,
        session.created(),
        Optional.empty(),
        Optional.of(session.terms().tenant()),
        new HeldLock.Purpose(session.terms().testName(), session.terms().run()));
  }

  /**
   * Returns the number of live sessions; while the store is unavailable, of those active on this
   * replica.
   */
  public int count() {
    try {
      return sessions.live().toCompletableFuture().join().size();
    } catch (CompletionException unavailable) {
      return activity.known();
    }
  }
}
