package io.gridfleet.lb.store.statement;

import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the store can be used now, and the cause if it can't. Any thread. */
final class StoreHealth {
  private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);

  /** While the store is up, trouble is the cause of the last outage; the first state has none. */
  private record State(boolean up, String trouble, long sinceNanos) {}

  private volatile State state = new State(true, "", System.nanoTime());
  private final StoreListener listener;

  StoreHealth(StoreListener listener) {
    this.listener = listener;
  }

  boolean up() {
    return state.up();
  }

  /** Returns the cause, while the store is down. */
  Optional<String> trouble() {
    State now = state;
    return now.up() ? Optional.empty() : Optional.of(now.trouble());
  }

  /** Returns the failure of an operation that isn't executed because the store is down. */
  StoreUnavailableException known() {
    return new StoreUnavailableException(trouble().orElse("it was just down"), null);
  }

  /** Returns for how long it has been up or down, at most since the start. */
  Duration unchangedFor() {
    return Duration.ofNanos(System.nanoTime() - state.sinceNanos());
  }

  /** Whether an outage ended less than this ago. */
  boolean justBack(Duration howLong) {
    State now = state;
    return now.up()
        && !now.trouble().isEmpty()
        && System.nanoTime() - now.sinceNanos() < howLong.toNanos();
  }

  /** Returns true for the one caller that changed the state. */
  boolean markDown(String trouble) {
    if (!changed(new State(false, trouble, System.nanoTime()))) {
      return false;
    }
    LOG.warn("The store is down: {}", trouble);
    guarded(() -> listener.storeDown(trouble));
    return true;
  }

  void markUp() {
    State before = state;
    State after = new State(true, before.trouble(), System.nanoTime());
    if (!changed(after)) {
      return;
    }
    Duration downFor = Duration.ofNanos(after.sinceNanos() - before.sinceNanos());
    LOG.warn("The store is back after {} ms", downFor.toMillis());
    guarded(() -> listener.storeUp(downFor));
  }

  private synchronized boolean changed(State after) {
    if (state.up() == after.up()) {
      return false;
    }
    state = after;
    return true;
  }

  /** A failing listener must not stop the thread that noticed the change. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException mistake) {
      LOG.error("A listener failed on a change of the store", mistake);
    }
  }
}
