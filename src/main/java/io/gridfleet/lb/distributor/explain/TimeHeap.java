package io.gridfleet.lb.distributor.explain;

import java.util.function.IntToLongFunction;

/** Numbers ordered by a time each, as a binary heap whose first time can only grow. */
final class TimeHeap {
  private final int[] numbers;
  private final long[] times;

  /**
   * @param numbers at least one
   */
  TimeHeap(int[] numbers, IntToLongFunction time) {
    this.numbers = numbers.clone();
    this.times = new long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      times[i] = time.applyAsLong(numbers[i]);
    }
    for (int i = numbers.length / 2 - 1; i >= 0; i--) {
      sink(i, numbers[i], times[i]);
    }
  }

  /** Returns the number with the least time. */
  int first() {
    return numbers[0];
  }

  long time() {
    return times[0];
  }

  /** Sets a later time of the first number. */
  void postpone(long time) {
    sink(0, numbers[0], time);
  }

  private void sink(int from, int number, long time) {
    int at = from;
    for (int child = 2 * at + 1; child < times.length; child = 2 * at + 1) {
      if (child + 1 < times.length && times[child + 1] < times[child]) {
        child++;
      }
      if (times[child] >= time) {
        break;
      }
      numbers[at] = numbers[child];
      times[at] = times[child];
      at = child;
    }
    numbers[at] = number;
    times[at] = time;
  }
}
