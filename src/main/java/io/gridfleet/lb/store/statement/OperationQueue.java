package io.gridfleet.lb.store.statement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The operations that wait for a thread, in two lines: those which the writer commits in groups,
 * and the others. A single thread serves both in turns, so that neither waits for all of the other.
 *
 * <p>Threads: any thread adds, the threads of {@link Statements} take. Guarded by {@link #lock},
 * under which nothing else is called; event loops add, so it is held briefly. The lock isn't fair:
 * a thread that has finished its operation may take the next one before a thread that was signalled
 * for it, which then finds nothing and waits again.
 *
 * <p>States: open; closed, where operations are refused and threads take what waits, then end;
 * drained. Nothing leads back.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>At most {@code bound} operations wait, beyond one for each thread that is idle. So one that
 *       finds an idle thread is admitted whatever the bound. A thread that was signalled counts as
 *       idle until it has the lock again; the operation that it was signalled for waits as long.
 *   <li>An operation is taken or drained once. Whoever removes it completes its future: the thread
 *       that takes it, also if it fails, or the close.
 *   <li>Each line keeps the order of arrival. The writes of one thread are therefore executed in
 *       the order in which it added them, except within a group ({@link GroupPlace}).
 * </ul>
 */
final class OperationQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition forWriter = lock.newCondition();
  private final Condition forOthers = lock.newCondition();
  private final Queue<StoreOperation<?>> writes = new ArrayDeque<>();
  private final Queue<StoreOperation<?>> others = new ArrayDeque<>();
  private final int bound;
  private final boolean oneThread;

  /** The threads in {@code await}, of both kinds. */
  private int idle;

  /** Whether a single thread, which has just taken a group, serves the other line next. */
  private boolean othersAreNext;

  private boolean closed;

  /** What became of an operation that was to wait. */
  enum Offer {
    WAITS,
    FULL,
    CLOSED
  }

  /**
   * @param oneThread whether the writer serves both lines
   */
  OperationQueue(int bound, boolean oneThread) {
    this.bound = bound;
    this.oneThread = oneThread;
  }

  Offer offerWrite(StoreOperation<?> operation) {
    return offer(operation, writes, forWriter);
  }

  Offer offer(StoreOperation<?> operation) {
    return offer(operation, others, oneThread ? forWriter : forOthers);
  }

  /** Wakes one thread. No wake-up is lost: a thread checks its lines again before it waits. */
  private Offer offer(
      StoreOperation<?> operation, Queue<StoreOperation<?>> line, Condition thread) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (writes.size() + others.size() >= bound + idle) {
        return Offer.FULL;
      }
      line.add(operation);
      thread.signal();
      return Offer.WAITS;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for operations for the writer: all writes that wait now, at most {@code most}, or one
   * operation that is executed by itself. Never waits for more than one: a group grows while the
   * one before is committed, so only under load. Empty after the close.
   *
   * <p>With a single thread, the first of the other line waits for at most one group, and a group
   * for at most one of the other line.
   */
  List<StoreOperation<?>> takeForWriter(int most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (!writes.isEmpty() && !(othersAreNext && !others.isEmpty())) {
          othersAreNext = oneThread;
          return group(most);
        }
        if (oneThread && !others.isEmpty()) {
          othersAreNext = false;
          return List.of(others.remove());
        }
        if (closed) {
          return List.of();
        }
        idle++;
        try {
          forWriter.await();
        } finally {
          idle--;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the first writes in their order, up to one that is executed by itself. That one ends the
   * group although others behind it could join: they must not overtake it.
   */
  private List<StoreOperation<?>> group(int most) {
    List<StoreOperation<?>> group = new ArrayList<>(Math.min(most, writes.size()));
    group.add(writes.remove());
    while (group.size() < most && mayJoin(group.get(0)) && mayJoin(writes.peek())) {
      group.add(writes.remove());
    }
    return group;
  }

  private static boolean mayJoin(@Nullable StoreOperation<?> operation) {
    return operation != null && operation.place().rank() != GroupPlace.Rank.ALONE;
  }

  /**
   * Waits for an operation of the other line. Empty after the close. After the wait, another thread
   * may have taken the one that was added.
   */
  List<StoreOperation<?>> takeOther() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (others.isEmpty()) {
        if (closed) {
          return List.of();
        }
        idle++;
        try {
          forOthers.await();
        } finally {
          idle--;
        }
      }
      return List.of(others.remove());
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return writes.size() + others.size();
    } finally {
      lock.unlock();
    }
  }

  /** Admits no more; what waits is still taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      forWriter.signalAll();
      forOthers.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes what still waits, after the threads had their time to end. One that is still executing
   * its last operation completes that itself.
   */
  List<StoreOperation<?>> drain() {
    lock.lock();
    try {
      List<StoreOperation<?>> left = new ArrayList<>(writes);
      left.addAll(others);
      writes.clear();
      others.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
