package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes that happened during an outage: kept in memory, oldest first, and written when the store
 * is back. Writing a record again has no further effect. If a replica dies with records, the sweeps
 * of the others find their locks and sessions.
 *
 * <p>States of a record: waiting in {@link #records}; being written, while it still is their first;
 * refused, and waiting for its next attempt; written or dropped. It is removed from its queue only
 * after its attempt was answered, so that a store that goes down during it loses nothing. An
 * operation whose answer was lost is kept too, and may have been executed: a release names the
 * fencing token, an end names a session that is live, so neither finds anything the second time.
 *
 * <p>A record that a reachable store refuses is kept apart and written again after a pause that
 * doubles with each refusal, a few of them at each heartbeat, so that it delays neither other
 * records nor the heartbeat. Both kinds are bounded; dropped records are counted, and logged.
 *
 * <p>Threads: records are added by any thread, and written by {@code store-heartbeat}; {@link
 * SqlStore#close} writes after it has waited for the end of that thread, which may hang in the
 * database for longer than the wait. So {@link #writing} admits one writer, which alone removes
 * records, and guards {@link #refused}.
 *
 * <p>Invariant: {@link #size} and {@link #kept} count each record from before it is queued until
 * after it was written or dropped, in either queue. A record that is equal to a kept one needs no
 * place of its own: whatever it is kept for is done by the other.
 */
final class DeferredWrites {
  private static final Logger LOG = LoggerFactory.getLogger(DeferredWrites.class);

  /** Twice the sessions that one process is sized for (decisions.md#sizes); about 20 MB. */
  private static final int MAX = 100_000;

  /** The part of them that may be refused ones, so that there is always room for others. */
  private static final int MAX_REFUSED = 10_000;

  /** Refused records written in one call; a call comes every half second at the most. */
  private static final int MAX_REPEATED = 50;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  /** Those that the store hasn't refused, oldest first. */
  private final Queue<Deferred> records = new ConcurrentLinkedQueue<>();

  /** All records of both queues; finds a release that is retried while the store is down. */
  private final Set<Deferred> kept = ConcurrentHashMap.newKeySet();

  private final AtomicInteger size = new AtomicInteger();

  /** Held while records are written. */
  private final ReentrantLock writing = new ReentrantLock();

  /** The one to be written next comes first. */
  private final PriorityQueue<Refused> refused =
      new PriorityQueue<>((one, other) -> Long.signum(one.dueNanos() - other.dueNanos()));

  private final StoreListener listener;
  private final LongSupplier nanos;
  private final StoreSignals signals;

  /**
   * A record that the store refused.
   *
   * @param pause the one before its next attempt
   */
  private record Refused(Deferred record, Duration pause, long dueNanos) {}

  /**
   * @param nanos a clock that isn't set, as {@link System#nanoTime}
   * @param signals sends the signals of the records, in the transactions that write them
   */
  DeferredWrites(StoreListener listener, LongSupplier nanos, StoreSignals signals) {
    this.listener = listener;
    this.nanos = nanos;
    this.signals = signals;
  }

  /** A change that must be written eventually. */
  sealed interface Deferred {}

  /**
   * A session has ended.
   *
   * @param atNanos of {@link System#nanoTime()}
   */
  record End(SessionId session, EndCause cause, long atNanos) implements Deferred {}

  /** A lock isn't needed any more. */
  record Release(DeviceLock lock) implements Deferred {}

  /** Keeps the record if its statement wasn't executed; the stage fails in any case. */
  <T> CompletableFuture<T> unlessWritten(CompletableFuture<T> stage, Deferred record) {
    return stage.whenComplete(
        (value, thrown) -> {
          Throwable cause = thrown == null ? null : Failures.cause(thrown);
          if (cause instanceof StoreUnavailableException || cause instanceof StoreBusyException) {
            keep(record);
          }
        });
  }

  /** A release that is retried is kept once. */
  private void keep(Deferred record) {
    if (!kept.add(record)) {
      return;
    }
    if (size.incrementAndGet() > MAX) {
      dropped(record, "there are " + MAX + " others");
      return;
    }
    records.add(record);
  }

  int size() {
    return size.get();
  }

  /** Returns whether there is a record to write now. */
  boolean isDue() {
    if (!records.isEmpty()) {
      return true;
    }
    if (!writing.tryLock()) {
      return false;
    }
    try {
      Refused next = refused.peek();
      return next != null && isDue(next);
    } finally {
      writing.unlock();
    }
  }

  private boolean isDue(Refused record) {
    return record.dueNanos() - nanos.getAsLong() <= 0;
  }

  /**
   * Writes the records, one transaction each, and repeats refused ones that are due. Of the first,
   * those that wait when it begins: records that are added meanwhile don't prolong the call. Does
   * nothing while another thread writes.
   *
   * @throws StoreUnavailableException with all unwritten records kept
   */
  void write(Jdbi jdbi) {
    if (writing.tryLock()) {
      try {
        writeWaiting(jdbi);
        repeatRefused(jdbi);
      } finally {
        writing.unlock();
      }
    }
  }

  private void writeWaiting(Jdbi jdbi) {
    for (int left = records.size(); left > 0; left--) {
      Deferred record = records.peek();
      if (record == null) {
        break;
      }
      Optional<StoreException> refusal = attempt(jdbi, record);
      records.remove();
      settle(record, FIRST_PAUSE, refusal);
    }
  }

  private void repeatRefused(Jdbi jdbi) {
    for (int left = MAX_REPEATED; left > 0; left--) {
      Refused next = refused.peek();
      if (next == null || !isDue(next)) {
        return;
      }
      Optional<StoreException> refusal = attempt(jdbi, next.record());
      refused.remove();
      settle(next.record(), next.pause().multipliedBy(2), refusal);
    }
  }

  /** Returns the refusal of a reachable store; throws when the store can't be reached. */
  private Optional<StoreException> attempt(Jdbi jdbi, Deferred record) {
    try {
      write(jdbi, record);
      return Optional.empty();
    } catch (RuntimeException thrown) {
      StoreException failure = DatabaseErrors.translated("owed", thrown);
      if (failure instanceof StoreUnavailableException) {
        throw failure;
      }
      return Optional.of(failure);
    }
  }

  private void settle(Deferred record, Duration nextPause, Optional<StoreException> refusal) {
    if (refusal.isEmpty()) {
      forget(record);
    } else if (refused.size() >= MAX_REFUSED) {
      dropped(record, String.valueOf(refusal.get().getMessage()));
    } else {
      Duration pause = nextPause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : nextPause;
      if (pause.equals(FIRST_PAUSE)) {
        LOG.warn("{} can't be written and is repeated: {}", record, refusal.get().getMessage());
      }
      refused.add(new Refused(record, pause, nanos.getAsLong() + pause.toNanos()));
    }
  }

  private void forget(Deferred record) {
    kept.remove(record);
    size.decrementAndGet();
  }

  private void dropped(Deferred record, String cause) {
    forget(record);
    listener.deferredWriteDropped();
    LOG.error("{} is dropped; the sweeps clean up after it: {}", record, cause);
  }

  /**
   * Writes one record. An end is dated back to when it happened, and ends no session that was
   * created since: its id may have been assigned again.
   */
  private void write(Jdbi jdbi, Deferred record) {
    if (record instanceof End end) {
      Duration ago = Duration.ofNanos(System.nanoTime() - end.atNanos());
      jdbi.inTransaction(handle -> write(handle, end, ago))
          .ifPresent(session -> ended(session, end.cause()));
      return;
    }
    DeviceLock lock = ((Release) record).lock();
    jdbi.useHandle(handle -> SqlDeviceLocks.releasing(lock).commit(handle, signals));
  }

  private Optional<Session> write(Handle handle, End end, Duration ago) {
    Optional<Session> session = SessionEnds.end(handle, end, ago);
    signals.sendAndCommit(
        handle,
        session.<FleetSignal>map(ended -> new FleetSignal.SessionEnded(ended.id().value())).stream()
            .toList());
    return session;
  }

  private void ended(Session session, EndCause cause) {
    try {
      listener.deferredEndWritten(session, cause);
    } catch (RuntimeException mistake) {
      LOG.error("A listener failed on the end of session {}", session.id(), mistake);
    }
  }
}
