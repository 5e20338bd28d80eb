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
 * A cache of verdicts, computed from a copy of the devices and shared by equal requests for {@link
 * #FRESH}: a thousand requests that time out in one second don't evaluate ten thousand devices
 * each. Counts and explanation are of one evaluation at one instant. Thread-safe; never called
 * under the distributor's lock.
 */
final class RecentVerdicts {
  /** The maximum age of verdicts in an answer. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** Bounds memory; a lab has few different questions. */
  private static final int MAX_KEPT = 256;

  /** The devices listed in an explanation; further ones are only counted. */
  private static final int MAX_EXPLAINED = 20;

  private record Cached(Instant at, Verdicts verdicts) {
    boolean isFresh(Instant now) {
      return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
    }
  }

  private final Cache<ExplainKey, Cached> cached =
      Caffeine.newBuilder().maximumSize(MAX_KEPT).executor(Runnable::run).build();

  /**
   * Returns the verdicts on its tenant's devices for a request; not cached once a device has failed
   * it.
   */
  Verdicts of(PlacementRequest request, Instant now, Supplier<List<DeviceSnapshot>> states) {
    if (!request.preference().failed().isEmpty()) {
      return evaluated(request, now, states.get());
    }
    ExplainKey asked = ExplainKey.by(request);
    Cached known = cached.getIfPresent(asked);
    if (known != null && known.isFresh(now)) {
      return known.verdicts();
    }
    Verdicts fresh = evaluated(request, now, states.get());
    cached.put(asked, new Cached(now, fresh));
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

  /** Returns a selector for any of the questions, which have the same run and tenant. */
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

  /**
   * Returns a device with its inhibitors; for one that doesn't match, those it would have if it
   * did.
   */
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
