package io.gridfleet.lb.session;

import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last activity of each session on this replica, in memory. A session isn't idle while a
 * command or a socket message is in flight. Called by event loops and the idle sweep; a concurrent
 * map of atomic counters, no lock.
 */
public final class SessionActivity {
  /** The clock of one session: the number of commands in flight, and when the last one ended. */
  public static final class ActivityClock {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long last;
    private volatile boolean fresh = true;

    private ActivityClock(long now) {
      last = now;
    }
  }

  private final Map<SessionId, ActivityClock> clocks = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  public SessionActivity(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  public void began(SessionId session) {
    ActivityClock clock = clock(session);
    clock.underWay.incrementAndGet();
    clock.last = nanoTime.getAsLong();
  }

  public void ended(SessionId session) {
    ActivityClock clock = clocks.get(session);
    if (clock != null) {
      clock.underWay.updateAndGet(count -> Math.max(0, count - 1));
      touch(clock);
    }
  }

  /** Records activity without a duration, such as socket traffic. */
  public void touched(SessionId session) {
    touch(clock(session));
  }

  private void touch(ActivityClock clock) {
    clock.last = nanoTime.getAsLong();
    clock.fresh = true;
  }

  private ActivityClock clock(SessionId session) {
    ActivityClock known = clocks.get(session);
    return known != null
        ? known
        : clocks.computeIfAbsent(session, id -> new ActivityClock(nanoTime.getAsLong()));
  }

  /** Returns the number of sessions with a clock. */
  public int known() {
    return clocks.size();
  }

  public void forget(SessionId session) {
    clocks.remove(session);
  }

  /** Returns how long a session has been idle on this replica; null if it was never active here. */
  public @Nullable Duration silentFor(SessionId session) {
    ActivityClock clock = clocks.get(session);
    if (clock == null) {
      return null;
    }
    return clock.underWay.get() > 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - clock.last));
  }

  /**
   * Marks sessions whose activity could not be written, so that {@link #sinceLastAsked} returns it
   * again.
   */
  void notWritten(Set<SessionId> sessions) {
    for (SessionId session : sessions) {
      ActivityClock clock = clocks.get(session);
      if (clock != null) {
        clock.fresh = true;
      }
    }
  }

  /** Returns the sessions active since the last call, and how long ago. */
  Map<SessionId, Duration> sinceLastAsked() {
    Map<SessionId, Duration> active = new HashMap<>();
    clocks.forEach(
        (id, clock) -> {
          boolean busy = clock.underWay.get() > 0;
          if (busy || clock.fresh) {
            clock.fresh = false;
            long silent = busy ? 0 : Math.max(0, nanoTime.getAsLong() - clock.last);
            active.put(id, Duration.ofNanos(silent));
          }
        });
    return active;
  }
}
