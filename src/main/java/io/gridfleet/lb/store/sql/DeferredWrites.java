package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes that happened during an outage: kept in memory, oldest first, and written when the store
 * is back. Writing a record again has no further effect. If a replica dies with records, the sweeps
 * of the others find their locks and sessions.
 */
final class DeferredWrites {
  private static final Logger LOG = LoggerFactory.getLogger(DeferredWrites.class);

  /** Twice the sessions that one process is sized for (decisions.md#sizes); about 20 MB. */
  private static final int MAX = 100_000;

  /** One attempt a heartbeat: a record refused this often is dropped. */
  private static final int MAX_TRIES = 5;

  private final Queue<Deferred> records = new ConcurrentLinkedQueue<>();
  private final Set<Deferred> kept = ConcurrentHashMap.newKeySet();
  private final Queue<FleetSignal> unsent = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  /** How often the store refused the records that remain; confined to the writing thread. */
  private final Map<Deferred, Integer> refused = new HashMap<>();

  private @Nullable StoreException lastRefusal;
  private final StoreListener listener;

  DeferredWrites(StoreListener listener) {
    this.listener = listener;
  }

  /** A change that must be written eventually. */
  sealed interface Deferred {}

  /**
   * A session has ended.
   *
   * @param atNanos of {@link System#nanoTime()}
   */
  record End(SessionId session, EndReason reason, long atNanos) implements Deferred {}

  /** A lock isn't needed any more. */
  record Release(DeviceLock lock) implements Deferred {}

  /** Keeps the record if its statement wasn't executed; the stage fails in any case. */
  <T> CompletableFuture<T> unlessWritten(CompletableFuture<T> stage, Deferred record) {
    return stage.whenComplete(
        (value, thrown) -> {
          Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
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
      size.decrementAndGet();
      kept.remove(record);
      LOG.error("More than {} deferred writes; one is dropped", MAX);
      return;
    }
    records.add(record);
  }

  int size() {
    return size.get();
  }

  /**
   * Writes the records, one transaction each; called by one thread only. A record that a reachable
   * store refuses doesn't prevent others from being written; it is dropped after some attempts.
   */
  void write(Jdbi jdbi) {
    for (int left = size.get(); left > 0; left--) {
      Deferred record = records.peek();
      if (record == null) {
        return;
      }
      boolean settled = isWritten(jdbi, record) || isDropped(record);
      records.remove();
      if (settled) {
        refused.remove(record);
        kept.remove(record);
        size.decrementAndGet();
      } else {
        records.add(record);
      }
    }
  }

  /** Throws when the store can't be reached. */
  private boolean isWritten(Jdbi jdbi, Deferred record) {
    try {
      write(jdbi, record);
      return true;
    } catch (RuntimeException thrown) {
      StoreException failure = DatabaseErrors.translated("owed", thrown);
      if (failure instanceof StoreUnavailableException) {
        throw failure;
      }
      lastRefusal = failure;
      return false;
    }
  }

  private boolean isDropped(Deferred record) {
    int times = refused.merge(record, 1, Integer::sum);
    if (times >= MAX_TRIES) {
      LOG.error(
          "{} can't be written and is dropped; the sweeps clean up after it", record, lastRefusal);
    }
    return times >= MAX_TRIES;
  }

  private void write(Jdbi jdbi, Deferred record) {
    if (record instanceof End end) {
      Duration ago = Duration.ofNanos(System.nanoTime() - end.atNanos());
      jdbi.inTransaction(handle -> SqlSessionMap.end(handle, end, ago))
          .ifPresent(session -> ended(session, end.reason()));
      return;
    }
    DeviceLock lock = ((Release) record).lock();
    boolean freed = jdbi.withHandle(handle -> SqlDeviceLocks.release(handle, lock));
    if (freed) {
      unsent.add(freed(lock));
    }
  }

  private void ended(Session session, EndReason reason) {
    try {
      listener.deferredEndWritten(session, reason);
    } catch (RuntimeException mistake) {
      LOG.error("A listener failed on the end of session {}", session.id(), mistake);
    }
    unsent.add(new FleetSignal.SessionEnded(session.id().value()));
  }

  /** Publishes the signals of the records written since the last call. */
  void publish(Consumer<FleetSignal> signals) {
    for (FleetSignal each = unsent.poll(); each != null; each = unsent.poll()) {
      signals.accept(each);
    }
  }

  private static FleetSignal freed(DeviceLock lock) {
    return new FleetSignal.Freed(lock.device(), lock.slot(), lock.token());
  }
}
