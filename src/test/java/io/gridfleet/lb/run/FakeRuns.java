package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.StoreLink;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs in memory, with the semantics of the port; every call is atomic, behind a link that may lose
 * it.
 */
public final class FakeRuns implements Runs {
  private final Map<RunId, Run> all = new LinkedHashMap<>();
  private final InstantSource clock;
  private final Predicate<DeviceId> locked;
  private @Nullable StoreLink link;
  private @Nullable CompletableFuture<List<Run>> answer;

  public FakeRuns(InstantSource clock) {
    this(clock, device -> false);
  }

  /**
   * @param locked which devices have a slot that is held
   */
  public FakeRuns(InstantSource clock, Predicate<DeviceId> locked) {
    this.clock = clock;
    this.locked = locked;
  }

  /** Sets the link of further calls; calls of tests themselves bypass it. */
  public void link(StoreLink way) {
    link = way;
  }

  private <T> CompletionStage<T> called(String name, Supplier<CompletionStage<T>> work) {
    return link == null ? work.get() : link.call("runs." + name, work);
  }

  @Override
  public CompletionStage<Reserving> reserve(RunId id, RunRequest request, List<Want> wants) {
    return called("reserve", () -> reserved(id, request, wants));
  }

  private synchronized CompletionStage<Reserving> reserved(
      RunId id, RunRequest request, List<Want> wants) {
    Set<DeviceId> taken = new HashSet<>();
    all.values().stream()
        .flatMap(run -> run.reservations().stream())
        .filter(Reservation::holds)
        .forEach(entry -> taken.add(entry.device()));
    List<Reservation> chosen = new ArrayList<>();
    for (int i = 0; i < wants.size(); i++) {
      Want want = wants.get(i);
      List<Reservation> free =
          want.candidates().stream()
              .filter(entry -> !taken.contains(entry.device()) && !locked.test(entry.device()))
              .toList();
      if (free.size() < want.atLeast()) {
        return CompletableFuture.completedStage(new Reserving.Shortage(i, free.size()));
      }
      List<Reservation> picked = free.subList(0, Math.min(want.atMost(), free.size()));
      picked.forEach(entry -> taken.add(entry.device()));
      chosen.addAll(picked);
    }
    Run run = Run.begin(id, request, chosen, clock.instant());
    all.put(id, run);
    return CompletableFuture.completedStage(new Reserving.Reserved(run));
  }

  @Override
  public CompletionStage<Optional<Run>> find(RunId id) {
    return called("find", () -> found(id));
  }

  private synchronized CompletionStage<Optional<Run>> found(RunId id) {
    return CompletableFuture.completedStage(Optional.ofNullable(all.get(id)));
  }

  @Override
  public CompletionStage<Optional<Changed>> change(RunId id, Change change) {
    return called("change", () -> changed(id, change));
  }

  /** Ends a run, as its client does it. */
  public CompletionStage<Optional<Changed>> complete(RunId id) {
    return change(id, (run, now) -> run.complete(now));
  }

  private synchronized CompletionStage<Optional<Changed>> changed(RunId id, Change change) {
    Run before = all.get(id);
    if (before == null) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    try {
      Run after = change.apply(before, clock.instant());
      all.put(id, after);
      return CompletableFuture.completedStage(Optional.of(new Changed(before, after)));
    } catch (RunException refused) {
      return CompletableFuture.failedStage(refused);
    }
  }

  /** Sets the answer to further queries of the live runs. */
  void answerLive(CompletableFuture<List<Run>> given) {
    answer = given;
  }

  @Override
  public CompletionStage<List<Run>> live() {
    return answer == null ? called("live", this::alive) : answer;
  }

  private synchronized CompletionStage<List<Run>> alive() {
    return CompletableFuture.completedStage(all.values().stream().filter(Run::live).toList());
  }

  @Override
  public CompletionStage<Page> list(Filter filter, Window window) {
    return called("list", () -> listed(filter, window));
  }

  private synchronized CompletionStage<Page> listed(Filter filter, Window window) {
    Comparator<Run> order =
        switch (filter.sort()) {
          case CREATED_AT -> Comparator.comparing(run -> run.times().created());
          case NAME -> Comparator.comparing(Run::name);
          case STATE -> Comparator.comparing(run -> run.state().code());
          case COMPLETED_AT ->
              Comparator.comparing(run -> run.times().completed().orElse(Instant.MAX));
        };
    order = order.thenComparing(run -> run.id().value());
    List<Run> found =
        all.values().stream()
            .filter(run -> filter.state().map(run.state()::equals).orElse(true))
            .filter(
                run -> filter.tenant().isEmpty() || run.request().tenant().equals(filter.tenant()))
            .filter(
                run ->
                    filter.createdFrom().map(t -> !run.times().created().isBefore(t)).orElse(true))
            .filter(
                run -> filter.createdTo().map(t -> !run.times().created().isAfter(t)).orElse(true))
            .sorted(filter.descending() ? order.reversed() : order)
            .toList();
    return CompletableFuture.completedStage(page(found, window));
  }

  /** A run that a place is next to is still in the list. */
  private static Page page(List<Run> found, Window window) {
    int from = window.offset();
    int to = from + window.limit();
    if (window.edge().isPresent()) {
      Edge edge = window.edge().get();
      int at = found.stream().map(Run::id).toList().indexOf(edge.run());
      from = edge.before() ? at - window.limit() : at + 1;
      to = edge.before() ? at : from + window.limit();
      if (edge.before()) {
        return new Page(found.subList(Math.max(0, from), to), found.size(), from > 0);
      }
    }
    from = Math.min(from, found.size());
    List<Run> page = found.subList(from, Math.min(to, found.size()));
    return new Page(page, found.size(), to < found.size());
  }

  /** Everything there is. */
  public synchronized List<Run> everything() {
    return List.copyOf(all.values());
  }
}
