package io.gridfleet.lb.router;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of gathered request bodies that this process holds at once, those of requests that wait
 * for a device included: what is read from a body stays until its request is over. Any thread.
 */
public final class BodyBudget {
  /** Of the heap: what is read from a body takes up to twice its bytes. */
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

  /** Whether a body of so many bytes could be gathered now. */
  boolean hasRoom(long bytes) {
    return held.get() + bytes <= most;
  }

  /** False where the budget is used up; then nothing was taken. */
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
