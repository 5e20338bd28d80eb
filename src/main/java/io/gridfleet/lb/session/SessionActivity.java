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
 * When each session was last active on this replica. The clock of a session stops while a command
 * or a socket message is under way; noting costs no look-up in the store.
 */
public final class SessionActivity {
  /** One session's clock: how many commands are under way, and when the last one ended. */
  public static final class ActivityClock {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long last;
    private volatile boolean fresh = true;

    private ActivityClock(long now) {
      last = now;
    }
  }

  private final Map<SessionId, ActivityClock> pulses = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  public SessionActivity(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  public void began(SessionId session) {
    ActivityClock pulse = pulse(session);
    pulse.underWay.incrementAndGet();
    pulse.last = nanoTime.getAsLong();
  }

  public void ended(SessionId session) {
    ActivityClock pulse = pulses.get(session);
    if (pulse != null) {
      pulse.underWay.updateAndGet(count -> Math.max(0, count - 1));
      touch(pulse);
    }
  }

  /** Notes activity that has no end of its own, such as socket traffic. */
  public void touched(SessionId session) {
    touch(pulse(session));
  }

  private void touch(ActivityClock pulse) {
    pulse.last = nanoTime.getAsLong();
    pulse.fresh = true;
  }

  private ActivityClock pulse(SessionId session) {
    ActivityClock known = pulses.get(session);
    return known != null
        ? known
        : pulses.computeIfAbsent(session, id -> new ActivityClock(nanoTime.getAsLong()));
  }

  /** How many sessions have a clock here. */
  public int known() {
    return pulses.size();
  }

  public void forget(SessionId session) {
    pulses.remove(session);
  }

  /** How long a session has been silent here; empty when this replica never saw it. */
  public @Nullable Duration silentFor(SessionId session) {
    ActivityClock pulse = pulses.get(session);
    if (pulse == null) {
      return null;
    }
    return pulse.underWay.get() > 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - pulse.last));
  }

  /** These were active, and it could not be written: they are told of once more. */
  void notWritten(Set<SessionId> sessions) {
    for (SessionId session : sessions) {
      ActivityClock pulse = pulses.get(session);
      if (pulse != null) {
        pulse.fresh = true;
      }
    }
  }

  /** Those that were active since this was last asked, and how long ago. */
  public Map<SessionId, Duration> sinceLastAsked() {
    Map<SessionId, Duration> active = new HashMap<>();
    pulses.forEach(
        (id, pulse) -> {
          boolean busy = pulse.underWay.get() > 0;
          if (busy || pulse.fresh) {
            pulse.fresh = false;
            long silent = busy ? 0 : Math.max(0, nanoTime.getAsLong() - pulse.last);
            active.put(id, Duration.ofNanos(silent));
          }
        });
    return active;
  }
}
