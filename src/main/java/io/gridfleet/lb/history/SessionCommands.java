package io.gridfleet.lb.history;

import io.gridfleet.lb.history.CommandSummary.Entry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the commands of live sessions on this replica, and keeps some of the slow and of the
 * failed ones. Called by event loops for each command: a map lookup, and a lock for slow and failed
 * ones only. What all sessions keep together is bounded; beyond that, commands are only counted.
 */
public final class SessionCommands {
  /** Twice the sessions that one process is sized for (decisions.md#sizes). */
  private static final int MAX_SESSIONS = 100_000;

  /** About 30 MB. */
  private static final int MAX_ENTRIES = 200_000;

  /** The records of one turn, some milliseconds of the store. */
  private static final int MAX_SNAPSHOTS = 200;

  private final Map<String, Counts> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger entries = new AtomicInteger();

  /** Where the next snapshot begins; used by its thread only. */
  private Iterator<Map.Entry<String, Counts>> next = Collections.emptyIterator();

  private final HistoryWriter<CommandRecord> writer;
  private final String replica;
  private final InstantSource clock;

  /**
   * @param clock the store's
   */
  public SessionCommands(HistoryWriter<CommandRecord> writer, String replica, InstantSource clock) {
    this.writer = writer;
    this.replica = replica;
    this.clock = clock;
  }

  /**
   * The counts of one session. Its own lock guards the fields, except {@code unremarkable} and
   * {@code changed}: {@link #count} writes them in this order and {@link #takeChanged} clears the
   * flag before the counts are read, so that no command is left out of the next snapshot.
   */
  private final class Counts {
    /** Commands that were neither slow nor failed. */
    private final LongAdder unremarkable = new LongAdder();

    private volatile boolean changed;

    /** The time of the first record. */
    private @Nullable Instant began;

    private long count;
    private long errors;
    private long slow;
    private final List<Entry> slowest = new ArrayList<>(0);
    private final Deque<Entry> recentErrors = new ArrayDeque<>(1);

    /** Counts a command that was neither slow nor failed. */
    void count() {
      unremarkable.increment();
      if (!changed) {
        changed = true;
      }
    }

    synchronized void add(Entry entry, boolean failed) {
      count++;
      changed = true;
      if (failed) {
        errors++;
        if (makeRoom(recentErrors.size())) {
          if (recentErrors.size() == CommandSummary.MAX_ENTRIES) {
            recentErrors.removeLast();
          }
          recentErrors.addFirst(entry);
        }
      }
      if (entry.took().compareTo(CommandSummary.SLOW) >= 0) {
        slow++;
        addSlow(entry);
      }
    }

    private void addSlow(Entry entry) {
      boolean full = slowest.size() == CommandSummary.MAX_ENTRIES;
      boolean quicker = full && slowest.get(slowest.size() - 1).took().compareTo(entry.took()) >= 0;
      if (!quicker && makeRoom(slowest.size())) {
        if (full) {
          slowest.remove(slowest.size() - 1);
        }
        slowest.add(entry);
        slowest.sort(CommandSummary.SLOWEST);
      }
    }

    /** An entry that replaces another one needs no room. */
    private boolean makeRoom(int kept) {
      if (kept == CommandSummary.MAX_ENTRIES) {
        return true;
      }
      if (entries.incrementAndGet() > MAX_ENTRIES) {
        entries.decrementAndGet();
        return false;
      }
      return true;
    }

    /** Called by one thread at a time. */
    boolean takeChanged() {
      if (!changed) {
        return false;
      }
      changed = false;
      return true;
    }

    synchronized CommandSummary summary() {
      return new CommandSummary(
          unremarkable.sum() + count, errors, slow, slowest, List.copyOf(recentErrors));
    }

    /** Returns the record of the session; empty if it has no commands. */
    synchronized Optional<CommandRecord> record(String session) {
      CommandSummary summary = summary();
      if (summary.count() == 0) {
        return Optional.empty();
      }
      Instant first = began == null ? clock.instant() : began;
      began = first;
      return Optional.of(new CommandRecord(session, replica, first, summary));
    }

    synchronized int kept() {
      return slowest.size() + recentErrors.size();
    }
  }

  /** A command begins: from now on the session is known. */
  public void began(String session) {
    if (!sessions.containsKey(session) && sessions.size() < MAX_SESSIONS) {
      sessions.putIfAbsent(session, new Counts());
    }
  }

  /** Counts a command that was neither slow nor failed, unless its session has ended. */
  public void counted(String session) {
    Counts counts = sessions.get(session);
    if (counts != null) {
      counts.count();
    }
  }

  /** Counts a command that was slow or failed, unless its session has ended. */
  public void ended(String session, Entry entry, boolean failed) {
    Counts counts = sessions.get(session);
    if (counts != null) {
      counts.add(entry, failed);
    }
  }

  /** Returns what this replica counted of a live session. */
  public Optional<CommandSummary> find(String session) {
    return Optional.ofNullable(sessions.get(session)).map(Counts::summary);
  }

  /** Returns how many sessions are counted. */
  public int known() {
    return sessions.size();
  }

  /** The session has ended: its counts are written. */
  public void forget(String session) {
    Counts counts = sessions.remove(session);
    if (counts != null) {
      entries.addAndGet(-counts.kept());
      counts.record(session).ifPresent(writer::offer);
    }
  }

  /**
   * Writes what is new of live sessions, for other replicas. If there are many, each call continues
   * behind the sessions of the previous one. One thread at a time.
   */
  public void snapshot() {
    int left = MAX_SNAPSHOTS;
    for (int seen = sessions.size(); seen > 0 && left > 0 && writer.hasRoom(); seen--) {
      if (!next.hasNext()) {
        next = sessions.entrySet().iterator();
      }
      if (!next.hasNext()) {
        return;
      }
      Map.Entry<String, Counts> each = next.next();
      boolean live = sessions.get(each.getKey()) == each.getValue();
      if (live && each.getValue().takeChanged()) {
        left--;
        each.getValue().record(each.getKey()).ifPresent(writer::offer);
      }
    }
  }
}
