package io.gridfleet.lb.router;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The budget of bytes of aggregated request bodies that this process holds at once, including those
 * of requests that wait for a device: a body is charged until its request is over. Any thread.
 */
public final class BodyBudget {
  /** The divisor of the heap: a body takes up to twice its bytes while it is aggregated. */
  private static final int HEAP_PART = 4;

  private final long most;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param most the limit; never more than a quarter of the heap
   */
  public BodyBudget(long most) {
    this(most, Runtime.getRuntime().maxMemory());
  }

  BodyBudget(long most, long heap) {
    this.most = Math.min(most, heap / HEAP_PART);
  }

  public long held() {
    return held.get();
  }

  long most() {
    return most;
  }

  /** Whether a body of this size could be aggregated now. */
  boolean hasRoom(long bytes) {
    return held.get() + bytes <= most;
  }

  /** Charges bytes. Returns false, and charges none, if the budget is exhausted. */
  boolean take(int bytes) {
    if (held.addAndGet(bytes) <= most) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }
}
