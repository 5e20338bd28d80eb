package io.gridfleet.lb.newsession;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.SeatView;
import io.gridfleet.lb.selector.Explanation;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a question found nothing: the same evaluation that {@code explain} shows, for the data of a
 * refusal. Many requests that ask the same end together, so an answer serves for a moment.
 */
final class Explanations {
  private static final Duration A_MOMENT = Duration.ofSeconds(1);

  /** The rest is counted: an error is read by people. */
  private static final int MOST_DEVICES = 20;

  private final Cache<Question, Map<String, Object>> lately =
      Caffeine.newBuilder().expireAfterWrite(A_MOMENT).maximumSize(1000).build();
  private final Distributor distributor;

  Explanations(Distributor distributor) {
    this.distributor = distributor;
  }

  /** Terms and their counts, each device's first failing term, the nearest miss, warnings. */
  Map<String, Object> of(List<Question> questions) {
    Question first = questions.get(0);
    return lately.get(first, this::explain);
  }

  private Map<String, Object> explain(Question question) {
    List<Explanation.Candidate> candidates =
        distributor.seats().stream().map(Explanations::candidate).toList();
    Selector asked = question.selector();
    return new LinkedHashMap<>(Explanation.of(asked, candidates).toPlainObject(MOST_DEVICES));
  }

  private static Explanation.Candidate candidate(SeatView seat) {
    return new Explanation.Candidate(
        seat.device().name(),
        seat.device().attributes(),
        seat.inhibitors().stream().map(found -> found.kind().words()).toList());
  }
}
