package io.gridfleet.lb.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one line in a while into the log, of those that others can cause at will. Any thread. */
final class RareLog {
  private final long pauseNanos;
  private final LongSupplier nanos;
  private final AtomicLong due;

  RareLog(Duration pause, LongSupplier nanos) {
    this.pauseNanos = pause.toNanos();
    this.nanos = nanos;
    this.due = new AtomicLong(nanos.getAsLong());
  }

  /** Whether it is time for another line. */
  boolean isDue() {
    long now = nanos.getAsLong();
    long next = due.get();
    return now - next >= 0 && due.compareAndSet(next, now + pauseNanos);
  }
}
