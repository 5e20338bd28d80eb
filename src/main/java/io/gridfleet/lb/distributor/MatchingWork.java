package io.gridfleet.lb.distributor;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides where devices are looked at for a request: where that is little work, on the thread that
 * asks, else on the matching thread. Requests that wait for that thread to be placed are bounded;
 * answers to requests that have waited are as many as those, and always accepted; questions of
 * other replicas have a bound of their own. Thread-safe.
 */
final class MatchingWork {
  /** More devices than these are never looked at on an event loop. */
  private static final int MAX_DEVICES_HERE = 300;

  /** In the units of a selector's work: half a millisecond. */
  private static final long MAX_WORK_HERE = 50_000;

  /** Requests of a large suite that starts at once. */
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

  /** Has work done later; false when too much waits already. */
  boolean offer(long size, Runnable work) {
    return offer(pending, size, work);
  }

  /** Has work for another replica done here if it is little; else as {@link #offer}. */
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

  /** Has work done here if it is little, else later. */
  void take(int devices, long size, Runnable work) {
    if (isLittle(devices, size)) {
      work.run();
    } else {
      executor.execute(new MatchingThread.Sized(size, work));
    }
  }
}
