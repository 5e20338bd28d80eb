package io.gridfleet.lb.state;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

/** The rows of a table that the machines of this process have used. */
public final class Transitions {
  private Transitions() {}

  /** Rows that were never used, as {@code STATE EVENT}. */
  public static List<String> unvisited(StateTable<?, ?, ?> table) {
    return table.unvisited().stream().map(row -> row.state() + " " + row.event()).toList();
  }

  public static boolean isVisited(StateTable<?, ?, ?> table, String row) {
    return !unvisited(table).contains(row);
  }

  /** Waits until each of these rows, {@code STATE EVENT}, was used. */
  public static void awaitVisited(StateTable<?, ?, ?> table, String... rows) {
    for (String row : rows) {
      await(table.name() + ": " + row)
          .atMost(Duration.ofSeconds(20))
          .until(() -> isVisited(table, row));
    }
  }
}
