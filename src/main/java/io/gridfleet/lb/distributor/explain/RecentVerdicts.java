package io.gridfleet.lb.distributor.explain;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.distributor.Verdicts;
import io.gridfleet.lb.selector.Explanation;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What stands between the lab and a request, computed from a copy of the seats and kept for a
 * moment for the next who asks the same: a thousand requests whose time is up in one second don't
 * look at ten thousand devices each. Counts and explanation are of one evaluation at one instant.
 * Thread-safe; never called under the distributor's lock.
 */
final class RecentVerdicts {
  /** What a client is told of the lab may be as old as this. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** A lab asks few different questions; more than these aren't worth memory. */
  private static final int MAX_KEPT = 256;

  /** The rest is counted: an error is read by people. */
  private static final int MAX_EXPLAINED = 20;

  private record Told(Instant at, Verdicts verdicts) {
    boolean isFresh(Instant now) {
      return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
    }
  }

  private final Cache<ExplainKey, Told> told =
      Caffeine.newBuilder().maximumSize(MAX_KEPT).executor(Runnable::run).build();

  /**
   * The verdicts on its tenant's devices for an order; devices that failed it already make it
   * unlike all others.
   */
  Verdicts of(PlacementRequest request, Instant now, Supplier<List<DeviceSnapshot>> states) {
    if (!request.preference().failed().isEmpty()) {
      return evaluated(request, now, states.get());
    }
    ExplainKey asked = ExplainKey.by(request);
    Told known = told.getIfPresent(asked);
    if (known != null && known.isFresh(now)) {
      return known.verdicts();
    }
    Verdicts fresh = evaluated(request, now, states.get());
    told.put(asked, new Told(now, fresh));
    return fresh;
  }

  private static Verdicts evaluated(
      PlacementRequest request, Instant now, List<DeviceSnapshot> states) {
    List<Verdict> verdicts = new ArrayList<>(states.size());
    List<Explanation.Candidate> candidates = new ArrayList<>();
    Question any = request.questions().get(0);
    Optional<String> reader = request.quota().reader();
    for (DeviceSnapshot device : states) {
      if (any.tenantDevices().matches(device.device().configured())) {
        Verdict verdict = Inhibitors.best(device, request, reader, now);
        verdicts.add(verdict);
        candidates.add(candidate(device, verdict, any, now));
      }
    }
    Explanation explanation = Explanation.of(asked(request.questions()), candidates);
    return Verdicts.of(verdicts, explanation.toPlainObject(MAX_EXPLAINED));
  }

  /** What fits any of the questions; all of them are of one run and one tenant. */
  private static Selector asked(List<Question> questions) {
    return Selector.anyOf(
        questions.stream()
            .map(
                question ->
                    question
                        .named()
                        .map(id -> question.selector().and(Selector.identified(id.value())))
                        .orElse(question.selector()))
            .toList());
  }

  /** One that doesn't match is told with what would hinder it if it did. */
  private static Explanation.Candidate candidate(
      DeviceSnapshot device, Verdict verdict, Question any, Instant now) {
    List<Inhibitor> inhibitors =
        verdict.matches()
            ? verdict.inhibitors()
            : DeviceInhibitors.of(device, any.run(), Optional.empty(), now);
    return new Explanation.Candidate(
        device.device().name(),
        device.device().attributes(),
        inhibitors.stream().map(Inhibitor::kind).map(Kind::words).toList());
  }
}
