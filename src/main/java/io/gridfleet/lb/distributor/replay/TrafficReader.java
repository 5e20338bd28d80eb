package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RecordedTraffic.Cursor;
import io.gridfleet.lb.history.RecordedTraffic.Page;
import io.gridfleet.lb.history.RecordedTraffic.Request;
import io.gridfleet.lb.history.RecordedTraffic.Time;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads the records of a replay, the newest first and at most so many. Thread-safe. */
final class TrafficReader {
  /** A few milliseconds of the store, between which other statements run. */
  private static final int PAGE = 500;

  private static final int MAX_USES = 200_000;

  private final RecordedTraffic records;
  private final int maxRequests;

  /**
   * @param time of which records were read, later than asked if there were too many
   * @param cut whether there were
   */
  record Read(Time time, List<Request> requests, List<Use> uses, boolean cut) {}

  TrafficReader(RecordedTraffic records, int maxRequests) {
    this.records = records;
    this.maxRequests = maxRequests;
  }

  CompletionStage<Read> read(Time asked) {
    return all((after, limit) -> records.requests(asked, after, limit), maxRequests)
        .thenCompose(
            requests -> {
              Time time = requests.cut() ? from(requests.rows(), asked) : asked;
              return all((after, limit) -> records.uses(time, after, limit), MAX_USES)
                  .thenApply(uses -> new Read(time, requests.rows(), uses.rows(), requests.cut()));
            });
  }

  private static Time from(List<Request> newestFirst, Time asked) {
    return new Time(newestFirst.get(newestFirst.size() - 1).arrived(), asked.to());
  }

  private interface Pages<T> {
    CompletionStage<Page<T>> page(Optional<Cursor> after, int limit);
  }

  private record Rows<T>(List<T> rows, boolean cut) {}

  private static <T> CompletionStage<Rows<T>> all(Pages<T> pages, int most) {
    return further(pages, Optional.empty(), new ArrayList<>(), most);
  }

  private static <T> CompletionStage<Rows<T>> further(
      Pages<T> pages, Optional<Cursor> after, List<T> read, int most) {
    return pages
        .page(after, Math.min(PAGE, most - read.size()))
        .thenCompose(
            page -> {
              read.addAll(page.rows());
              return page.next().isEmpty() || read.size() >= most
                  ? CompletableFuture.completedStage(new Rows<>(read, page.next().isPresent()))
                  : further(pages, page.next(), read, most);
            });
  }
}
