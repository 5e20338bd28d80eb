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
 * What happened while the store couldn't be told: kept in memory, oldest first, written when the
 * store is back. Each record has an effect once at the most, however often it is written. A replica
 * that dies with records leaves them to the others' sweeps.
 */
final class DeferredWrites {
  private static final Logger LOG = LoggerFactory.getLogger(DeferredWrites.class);

  /** Twice the sessions that one process is sized for (decisions.md#sizes); about 20 MB. */
  private static final int MAX = 100_000;

  /** At one try a beat: what is refused so often is refused for good. */
  private static final int MAX_TRIES = 5;

  private final Queue<Owed> records = new ConcurrentLinkedQueue<>();
  private final Set<Owed> kept = ConcurrentHashMap.newKeySet();
  private final Queue<FleetSignal> news = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  /** How often the store refused those that are left; of the thread that writes. */
  private final Map<Owed, Integer> refused = new HashMap<>();

  private @Nullable StoreException lastRefusal;
  private final StoreListener listener;

  DeferredWrites(StoreListener listener) {
    this.listener = listener;
  }

  /** A change that must reach the store in the end. */
  sealed interface Owed {}

  /**
   * A session came to its end.
   *
   * @param atNanos of {@link System#nanoTime()}
   */
  record End(SessionId session, EndReason reason, long atNanos) implements Owed {}

  /** A lock isn't needed any more. */
  record Release(DeviceLock lock) implements Owed {}

  /** Keeps the record if its statement wasn't carried out; the stage fails all the same. */
  <T> CompletableFuture<T> unlessWritten(CompletableFuture<T> stage, Owed record) {
    return stage.whenComplete(
        (value, thrown) -> {
          Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
          if (cause instanceof StoreUnavailableException || cause instanceof StoreBusyException) {
            keep(record);
          }
        });
  }

  /** A release that is tried again and again is owed once. */
  private void keep(Owed record) {
    if (!kept.add(record)) {
      return;
    }
    if (size.incrementAndGet() > MAX) {
      size.decrementAndGet();
      kept.remove(record);
      LOG.error("More than {} records are owed to the store; one is dropped", MAX);
      return;
    }
    records.add(record);
  }

  int size() {
    return size.get();
  }

  /**
   * Writes what is owed, one transaction a record; only one thread does so. A record that the store
   * refuses, although it can be reached, doesn't keep others from being written; it is given up
   * after some tries.
   */
  void write(Jdbi jdbi) {
    for (int left = size.get(); left > 0; left--) {
      Owed record = records.peek();
      if (record == null) {
        return;
      }
      boolean settled = isWritten(jdbi, record) || isGivenUp(record);
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
  private boolean isWritten(Jdbi jdbi, Owed record) {
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

  private boolean isGivenUp(Owed record) {
    int times = refused.merge(record, 1, Integer::sum);
    if (times >= MAX_TRIES) {
      LOG.error(
          "{} can't be written and is given up; the sweeps look after it", record, lastRefusal);
    }
    return times >= MAX_TRIES;
  }

  private void write(Jdbi jdbi, Owed record) {
    if (record instanceof End end) {
      Duration ago = Duration.ofNanos(System.nanoTime() - end.atNanos());
      jdbi.inTransaction(handle -> SqlSessionMap.end(handle, end, ago))
          .ifPresent(session -> ended(session, end.reason()));
      return;
    }
    DeviceLock lock = ((Release) record).lock();
    boolean freed = jdbi.withHandle(handle -> SqlDeviceLocks.release(handle, lock));
    if (freed) {
      news.add(freed(lock));
    }
  }

  private void ended(Session session, EndReason reason) {
    try {
      listener.owedEndWritten(session, reason);
    } catch (RuntimeException mistake) {
      LOG.error("A listener failed on the end of session {}", session.id(), mistake);
    }
    news.add(new FleetSignal.SessionEnded(session.id().value()));
  }

  /** Hands on what was written since the last time, now that signals can be sent again. */
  void publish(Consumer<FleetSignal> signals) {
    for (FleetSignal each = news.poll(); each != null; each = news.poll()) {
      signals.accept(each);
    }
  }

  private static FleetSignal freed(DeviceLock lock) {
    return new FleetSignal.Freed(lock.device(), lock.slot(), lock.token());
  }
}
