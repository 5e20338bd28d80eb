package io.gridfleet.lb.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deadlines of connections, held in one list for each event loop and scanned every tick: moving a
 * deadline, which every command does, is one assignment and no timer task. A deadline fires up to
 * two ticks late, never early.
 */
public final class Deadlines {
  /** Four times a second: fine enough for limits in seconds, cheap with 50 000 entries. */
  public static final Duration TICK = Duration.ofMillis(250);

  private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

  private final long tickNanos;
  private final FastThreadLocal<LoopDeadlines> lists = new FastThreadLocal<>();

  public Deadlines() {
    this(TICK);
  }

  public Deadlines(Duration tick) {
    this.tickNanos = tick.toNanos();
  }

  /**
   * Creates a deadline, not set yet, of the current event loop {@code loop}; {@code due} runs on
   * it.
   */
  public Deadline create(EventExecutor loop, Runnable due) {
    LoopDeadlines list = lists.get();
    if (list == null) {
      list = new LoopDeadlines(loop, tickNanos);
      lists.set(list);
    }
    return new Deadline(list, due);
  }

  /** One deadline: set, moved and cleared on its event loop only. */
  public static final class Deadline {
    private final LoopDeadlines list;
    private final Runnable due;
    private long at;
    private boolean set;
    private int place = -1;

    private Deadline(LoopDeadlines list, Runnable due) {
      this.list = list;
      this.due = due;
    }

    /** Sets or moves the deadline to this time from now. */
    public void in(Duration time) {
      list.join(this);
      at = list.now + time.toNanos() + list.tickNanos;
      set = true;
    }

    /** Clears the deadline until {@link #in} is called again. */
    public void clear() {
      set = false;
    }

    /** Removes the deadline from its list; its owner has closed. */
    public void remove() {
      set = false;
      list.leave(this);
    }
  }

  /** The deadlines of one event loop, which owns all of its state. */
  private static final class LoopDeadlines {
    private final EventExecutor loop;
    private final long tickNanos;
    private final List<Deadline> members = new ArrayList<>();
    private final List<Deadline> found = new ArrayList<>();
    private long now;
    private boolean ticking;

    LoopDeadlines(EventExecutor loop, long tickNanos) {
      this.loop = loop;
      this.tickNanos = tickNanos;
    }

    void join(Deadline deadline) {
      if (deadline.place < 0) {
        deadline.place = members.size();
        members.add(deadline);
      }
      if (!ticking) {
        ticking = true;
        now = System.nanoTime();
        scheduleTick();
      }
    }

    void leave(Deadline deadline) {
      if (deadline.place < 0) {
        return;
      }
      Deadline last = members.remove(members.size() - 1);
      if (last != deadline) {
        members.set(deadline.place, last);
        last.place = deadline.place;
      }
      deadline.place = -1;
    }

    /**
     * Schedules the next tick on another thread. An event loop with a scheduled task waits for I/O
     * with a timeout, which on io_uring is one more operation for each wait. A loop that has shut
     * down rejects the tick, which then is the last one.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // a rejected tick isn't repeated
    private void scheduleTick() {
      GlobalEventExecutor.INSTANCE.schedule(
          () -> loop.execute(this::tick), tickNanos, TimeUnit.NANOSECONDS);
    }

    /** Runs a task; its exception doesn't affect other deadlines of the event loop. */
    private static void run(Runnable due) {
      try {
        due.run();
      } catch (RuntimeException mistake) {
        log.error("the task of a deadline failed", mistake);
      }
    }

    private void tick() {
      now = System.nanoTime();
      for (Deadline deadline : members) {
        if (deadline.set && deadline.at - now <= 0) {
          found.add(deadline);
        }
      }
      for (Deadline deadline : found) {
        if (deadline.set) {
          deadline.set = false;
          run(deadline.due);
        }
      }
      found.clear();
      ticking = !members.isEmpty();
      if (ticking) {
        scheduleTick();
      }
    }
  }
}
