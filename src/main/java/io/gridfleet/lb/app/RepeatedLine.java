package io.gridfleet.lb.app;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A log line that others can cause as often as they like: written at most once in ten seconds, with
 * the number of those that were left out. Any thread; the state is guarded by this.
 */
final class RepeatedLine {
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final LongSupplier nanos;
  private boolean written;
  private long last;
  private long leftOut;

  RepeatedLine(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Writes the line, or counts it.
   *
   * @param line gets what to add to it: nothing, or how many like it were left out
   */
  void log(Consumer<String> line) {
    String repeats;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (written && now - last < PAUSE.toNanos()) {
        leftOut++;
        return;
      }
      repeats = leftOut == 0 ? "" : " (and " + leftOut + " like it before)";
      written = true;
      last = now;
      leftOut = 0;
    }
    line.accept(repeats);
  }
}
