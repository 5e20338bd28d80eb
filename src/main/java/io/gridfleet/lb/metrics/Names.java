package io.gridfleet.lb.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** Names of meters and their labels, and buckets of histograms. */
final class Names {
  private static final String PREFIX = "gridfleet.lb.";

  private Names() {}

  /** {@code sessions.live} is {@code gridfleet_lb_sessions_live} for Prometheus. */
  static String of(String name) {
    return PREFIX + name;
  }

  static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Commands: from a cached answer of a driver to a slow page. */
  static Duration[] commandBorders() {
    return millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 120_000);
  }

  /** The server's own part of a command: the target is a median of 0.15 ms and a p99 of 1 ms. */
  static Duration[] overheadBorders() {
    return micros(50, 100, 150, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 250_000);
  }

  /** New sessions: from a simulated node to a wait of a day. */
  static Duration[] creationBorders() {
    return millis(
        100,
        500,
        1000,
        2000,
        5000,
        10_000,
        20_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        3_600_000,
        86_400_000);
  }

  /** Statements: from memory to a database that is in trouble. */
  static Duration[] storeBorders() {
    return micros(100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 250_000, 1_000_000, 5_000_000);
  }

  private static Duration[] millis(long... values) {
    return Arrays.stream(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  private static Duration[] micros(long... values) {
    return Arrays.stream(values)
        .mapToObj(value -> Duration.ofNanos(value * 1000))
        .toArray(Duration[]::new);
  }
}
