package io.gridfleet.lb.distributor;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides which thread matches a request: the calling thread if that is little work, else the
 * matching thread. Requests pending for that thread are bounded; explanations for requests that
 * have waited are no more than those, and always accepted; questions of other replicas have a bound
 * of their own. Thread-safe.
 */
final class MatchingWork {
  /** More devices than these are never matched on an event loop. */
  private static final int MAX_DEVICES_HERE = 300;

  /** In the units of a selector's work: half a millisecond. */
  private static final long MAX_WORK_HERE = 50_000;

  /** The requests of a large suite that start at the same time. */
  static final int MAX_PENDING = 1_000;

  private final Executor executor;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger pendingOfOthers = new AtomicInteger();

  MatchingWork(Executor executor) {
    this.executor = executor;
  }

  static boolean isLittle(int devices, long work) {
    return work == 0 || (devices <= MAX_DEVICES_HERE && work <= MAX_WORK_HERE);
  }

  /** Queues work for the matching thread; returns false if too much is pending. */
  boolean offer(long size, Runnable work) {
    return offer(pending, size, work);
  }

  /** Runs work for another replica here if it is little; else as {@link #offer}. */
  boolean offerOfOthers(int devices, long size, Runnable work) {
    if (isLittle(devices, size)) {
      work.run();
      return true;
    }
    return offer(pendingOfOthers, size, work);
  }

  private boolean offer(AtomicInteger waiting, long size, Runnable work) {
    if (waiting.incrementAndGet() > MAX_PENDING) {
      waiting.decrementAndGet();
      return false;
    }
    executor.execute(
        new MatchingThread.Sized(
            size,
            () -> {
              waiting.decrementAndGet();
              work.run();
            }));
    return true;
  }

  /** Runs work here if it is little, else on the matching thread. */
  void take(int devices, long size, Runnable work) {
    if (isLittle(devices, size)) {
      work.run();
    } else {
      executor.execute(new MatchingThread.Sized(size, work));
    }
  }
}
