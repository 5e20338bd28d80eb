package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventFeed.Event;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.distributor.FleetUpdates;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the held locks again soon after another replica locked or freed devices, while somebody
 * watches the events of this one: without a watcher the periodic sweep is enough, so that they are
 * read as well when somebody begins to watch. Any thread; at most one query is planned or running.
 */
final class WatchedLocks {
  private static final Logger log = LoggerFactory.getLogger(WatchedLocks.class);
  private static final Duration DELAY = Duration.ofMillis(300);

  private static final Set<String> CHANGES =
      Set.of(EventFeed.SESSION_STARTED, EventFeed.SESSION_ENDED, EventFeed.DEVICE_CHANGED);

  private final EventFeed feed;
  private final DeviceLocks locks;
  private final FleetUpdates updates;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean planned = new AtomicBoolean();

  WatchedLocks(
      EventFeed feed, DeviceLocks locks, FleetUpdates updates, ScheduledExecutorService timer) {
    this.feed = feed;
    this.locks = locks;
    this.updates = updates;
    this.timer = timer;
  }

  /** Receives an event of another replica. */
  void received(Event event) {
    if (CHANGES.contains(event.type()) && feed.isWatched()) {
      plan();
    }
  }

  /** Reads them soon, and tells the watchers. */
  void plan() {
    if (planned.compareAndSet(false, true)) {
      Timers.after(timer, DELAY, "reading the locks for watchers", this::read);
    }
  }

  /** A failed query isn't repeated: the sweep reads the locks anyway. */
  private void read() {
    planned.set(false);
    long query = updates.lockQueryStarted();
    Failures.log(
        locks
            .held()
            .handle(
                (held, failure) -> {
                  if (failure == null) {
                    updates.locks(query, held);
                    feed.devicesChangedHere();
                  } else {
                    log.debug("the locks are read by the next sweep", failure);
                  }
                  return null;
                }),
        "reading the locks for watchers");
  }
}
