package io.gridfleet.lb.bench;

/** A histogram of durations in microseconds. One thread adds; another reads after it has finished. */
final class Lapses {
  /** The largest duration that is distinguished: 2 s. */
  private static final int MAX_MICROS = 2_000_000;

  private final int[] counts = new int[MAX_MICROS + 1];
  private long total;

  void add(long nanos) {
    counts[(int) Math.min(nanos / 1000, MAX_MICROS)]++;
    total++;
  }

  long total() {
    return total;
  }

  double millis(double share) {
    long wanted = (long) Math.ceil(total * share);
    long seen = 0;
    for (int micros = 0; micros <= MAX_MICROS; micros++) {
      seen += counts[micros];
      if (seen >= wanted) {
        return micros / 1000.0;
      }
    }
    return 0;
  }

  /** A line of JSON behind a word that distinguishes it from other output. */
  String result(double seconds, long errors) {
    return "RESULT {\"rate\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"count\":%d,\"errors\":%d}"
        .formatted(total / seconds, millis(.5), millis(.99), millis(.999), total, errors);
  }
}
