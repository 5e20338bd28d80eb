package io.gridfleet.lb.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Recorded traffic in memory, in pages as the store returns them. */
public final class FakeTraffic implements RecordedTraffic {
  private final List<Request> requests = new ArrayList<>();
  private final List<Use> uses = new ArrayList<>();

  public void add(Request request) {
    requests.add(request);
  }

  public void add(Use use) {
    uses.add(use);
  }

  public List<Request> requests() {
    return requests;
  }

  public List<Use> uses() {
    return uses;
  }

  @Override
  public CompletionStage<Page<Request>> requests(Time time, Optional<Cursor> after, int limit) {
    List<Request> found =
        requests.stream()
            .filter(each -> !each.arrived().isBefore(time.from()))
            .filter(each -> each.arrived().isBefore(time.to()))
            .sorted(Comparator.comparing(Request::arrived).thenComparing(Request::id).reversed())
            .toList();
    return page(found, each -> new Cursor(each.arrived(), each.id()), after, limit);
  }

  @Override
  public CompletionStage<Page<Use>> uses(Time time, Optional<Cursor> after, int limit) {
    List<Use> found =
        uses.stream()
            .filter(each -> each.began().isBefore(time.to()))
            .filter(each -> each.ended().map(end -> end.isAfter(time.from())).orElse(true))
            .sorted(Comparator.comparing(Use::began).thenComparing(FakeTraffic::id).reversed())
            .toList();
    return page(found, each -> new Cursor(each.began(), id(each)), after, limit);
  }

  private static String id(Use use) {
    return use.kind() + " " + use.device() + " " + use.session().orElse("");
  }

  private static <T> CompletionStage<Page<T>> page(
      List<T> found, Function<T, Cursor> cursor, Optional<Cursor> after, int limit) {
    List<T> rest =
        found.stream()
            .filter(each -> after.map(it -> isAfter(cursor.apply(each), it)).orElse(true))
            .toList();
    return CompletableFuture.completedStage(
        new Page<>(
            rest.stream().limit(limit).toList(),
            rest.size() > limit
                ? Optional.of(cursor.apply(rest.get(limit - 1)))
                : Optional.empty()));
  }

  private static boolean isAfter(Cursor row, Cursor last) {
    int byTime = row.at().compareTo(last.at());
    return byTime != 0 ? byTime < 0 : row.id().compareTo(last.id()) < 0;
  }
}
