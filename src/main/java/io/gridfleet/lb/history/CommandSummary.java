package io.gridfleet.lb.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The commands of one session that one replica relayed, or all replicas.
 *
 * @param slow how many took at least {@link #SLOW}
 * @param slowest the slowest of these first
 * @param recentErrors the latest first
 */
public record CommandSummary(
    long count, long errors, long slow, List<Entry> slowest, List<Entry> recentErrors) {
  /** The most entries of a list. */
  public static final int MAX_ENTRIES = 20;

  public static final Duration SLOW = Duration.ofSeconds(1);

  static final Comparator<Entry> SLOWEST = Comparator.comparing(Entry::took).reversed();
  private static final Comparator<Entry> LATEST = Comparator.comparing(Entry::at).reversed();

  public CommandSummary {
    slowest = List.copyOf(slowest);
    recentErrors = List.copyOf(recentErrors);
  }

  /**
   * One command.
   *
   * @param path after the session's id, without a query
   * @param status 0 if the client received none
   */
  public record Entry(String method, String path, Duration took, int status, Instant at) {}

  public static CommandSummary none() {
    return new CommandSummary(0, 0, 0, List.of(), List.of());
  }

  /** Returns both together. */
  public CommandSummary and(CommandSummary other) {
    return new CommandSummary(
        count + other.count,
        errors + other.errors,
        slow + other.slow,
        first(SLOWEST, slowest, other.slowest),
        first(LATEST, recentErrors, other.recentErrors));
  }

  private static List<Entry> first(Comparator<Entry> order, List<Entry> some, List<Entry> others) {
    return Stream.concat(some.stream(), others.stream()).sorted(order).limit(MAX_ENTRIES).toList();
  }
}
