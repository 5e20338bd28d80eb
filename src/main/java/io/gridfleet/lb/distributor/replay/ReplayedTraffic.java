package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RecordedTraffic.Request;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The records of a time, prepared for replays. Immutable.
 *
 * @param arrivals in order
 * @param usual how long a device is held for a request without a recorded session, by selector; the
 *     key of {@link #ANY} is of all requests
 * @param unreadable requests that aren't replayed because their selector was cut
 */
public record ReplayedTraffic(
    RecordedTraffic.Time time,
    List<Arrival> arrivals,
    List<Use> uses,
    Map<String, Duration> usual,
    int unreadable) {
  private static final Pattern OR = Pattern.compile(" or ", Pattern.LITERAL);
  private static final String ANY = "\n";

  /** If nothing at all is known. */
  private static final Duration GUESSED = Duration.ofMinutes(1);

  public ReplayedTraffic {
    arrivals = List.copyOf(arrivals);
    uses = List.copyOf(uses);
    usual = Map.copyOf(usual);
  }

  /**
   * @param requests in any order
   */
  public static ReplayedTraffic of(
      RecordedTraffic.Time time, List<Request> requests, List<Use> uses) {
    Map<String, Instant> ends = new HashMap<>();
    for (Use use : uses) {
      use.session().ifPresent(id -> ends.put(id, use.ended().orElse(time.to())));
    }
    Map<String, Optional<List<Selector>>> read = new HashMap<>();
    List<Arrival> arrivals = new ArrayList<>();
    int unreadable = 0;
    for (Request request : requests) {
      Optional<List<Selector>> candidates =
          read.computeIfAbsent(request.selector(), ReplayedTraffic::candidates);
      if (candidates.isPresent()) {
        arrivals.add(arrival(request, candidates.get(), ends));
      } else {
        unreadable++;
      }
    }
    arrivals.sort(
        Comparator.comparing((Arrival each) -> each.request().arrived())
            .thenComparing(each -> each.request().id()));
    return new ReplayedTraffic(time, arrivals, uses, usual(arrivals), unreadable);
  }

  private static Arrival arrival(
      Request request, List<Selector> candidates, Map<String, Instant> ends) {
    RecordedTraffic.Result result = request.result();
    Optional<Instant> end =
        result.session().isPresent() ? result.session().map(ends::get) : result.ended();
    Optional<Duration> held =
        result.locked().flatMap(from -> end.map(to -> positive(Duration.between(from, to))));
    boolean left =
        result.locked().isEmpty()
            && (result.outcome() == Outcome.CLIENT_LEFT || result.outcome() == Outcome.LOST);
    Optional<Duration> leaves =
        result
            .ended()
            .filter(at -> left)
            .map(at -> positive(Duration.between(request.arrived(), at)));
    return new Arrival(request, candidates, held, leaves);
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  /** Returns the selectors of a text of {@code RequestRow#selector}; empty if it was cut. */
  private static Optional<List<Selector>> candidates(String text) {
    try {
      return Optional.of(OR.splitAsStream(text).map(Selector::parse).toList());
    } catch (SelectorException partOfAValue) {
      return whole(text);
    }
  }

  private static Optional<List<Selector>> whole(String text) {
    try {
      return Optional.of(List.of(Selector.parse(text)));
    } catch (SelectorException cut) {
      return Optional.empty();
    }
  }

  private static Map<String, Duration> usual(List<Arrival> arrivals) {
    Map<String, List<Duration>> held = new HashMap<>();
    for (Arrival each : arrivals) {
      each.held()
          .filter(length -> each.request().result().session().isPresent())
          .ifPresent(
              length -> {
                held.computeIfAbsent(each.request().selector(), key -> new ArrayList<>())
                    .add(length);
                held.computeIfAbsent(ANY, key -> new ArrayList<>()).add(length);
              });
    }
    Map<String, Duration> usual = new HashMap<>();
    held.forEach((selector, lengths) -> usual.put(selector, median(lengths)));
    return usual;
  }

  private static Duration median(List<Duration> lengths) {
    return lengths.stream().sorted().toList().get(lengths.size() / 2);
  }

  /** Returns the requests in the order of their arrival. */
  public List<Request> requests() {
    return arrivals.stream().map(Arrival::request).toList();
  }

  /** Returns how long a device is held for a request. */
  Duration held(Arrival arrival) {
    return arrival
        .held()
        .orElseGet(
            () ->
                usual.getOrDefault(arrival.request().selector(), usual.getOrDefault(ANY, GUESSED)));
  }

  /** Returns sessions that began before the time, which hold their devices from its start on. */
  List<Use> liveAtStart() {
    return uses.stream()
        .filter(use -> use.kind() == Kind.SESSION && use.began().isBefore(time.from()))
        .toList();
  }
}
