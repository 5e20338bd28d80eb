package io.gridfleet.lb.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The stored records of new session requests, of all replicas. */
public interface RequestHistory extends HistoryWriter.Sink<RequestRecord> {

  CompletionStage<Optional<RequestRecord>> find(String id);

  /** Returns the id of the request that a session was created for. */
  CompletionStage<Optional<String>> ofSession(String session);

  /** Returns a page of rows, newest first. */
  CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit);

  /**
   * Marks requests as lost whose replica is dead, and those of this replica that it doesn't know.
   *
   * @param isOpen whether this replica has the request in progress
   * @return how many
   */
  CompletionStage<Integer> endLost(Predicate<String> isOpen);

  /**
   * Deletes old rows in small steps, on one replica at a time.
   *
   * @return how many
   */
  CompletionStage<Integer> prune(Duration keep, int most);

  /** A page; more follow after {@code next}. */
  record Page(List<RequestRow> rows, Optional<Cursor> next) {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  /** The last row of a page. */
  record Cursor(Instant arrived, String id) {}

  /**
   * Which rows a page has.
   *
   * @param only the tenant whose rows the caller may see; empty for all
   */
  record Filter(Optional<String> only, Labels labels, Results results, Period period) {}

  /** Who asked. Of the test's name and the client a part is enough, in any case. */
  record Labels(
      Optional<String> tenant,
      Optional<String> run,
      Optional<String> test,
      Optional<String> client) {}

  /** What came of it. */
  record Results(
      Optional<String> device, Optional<String> session, Optional<RequestRow.Outcome> outcome) {}

  /** When it arrived: from and to, both included. */
  record Period(Optional<Instant> from, Optional<Instant> to) {}
}
