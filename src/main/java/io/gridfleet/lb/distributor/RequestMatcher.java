package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.explain.Explanations;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Looks at devices for a request without the distributor's lock: what they answer to its questions,
 * and why it gets none. Copies what it needs under the lock, works on the thread that {@link
 * MatchingWork} decides on, and comes back under the lock with the result. A request that has ended
 * meanwhile, because its client left, is dropped.
 *
 * <p>Owns nothing. Whether a request has ended is looked up without the lock, in its outcome: that
 * saves work, and what counts is the state that is found under the lock afterwards.
 */
final class RequestMatcher {
  private final ModelLock changes;
  private final MatchingWork work;
  private final Explanations explanations;
  private final InstantSource clock;
  private final Matched matched;
  private final BiConsumer<Waiter, Waiter.Answer> end;

  /** Takes over, under the lock, what was found out for a request. */
  interface Matched {
    void begin(Waiter waiter, MatchResults answers, Instant now, ModelLock.Effects steps);
  }

  /**
   * @param end ends a request with an answer; called without the lock
   */
  RequestMatcher(
      ModelLock changes,
      MatchingWork work,
      Explanations explanations,
      InstantSource clock,
      Matched matched,
      BiConsumer<Waiter, Waiter.Answer> end) {
    this.changes = changes;
    this.work = work;
    this.explanations = explanations;
    this.clock = clock;
    this.matched = matched;
    this.end = end;
  }

  /** Has the devices asked later, or ends the request where too many wait for that. */
  void match(Waiter waiter, long size) {
    if (!work.offer(size, () -> unlessBroken(waiter, () -> match(waiter)))) {
      end.accept(waiter, Waiter.Answer.of(new Placement.Busy()));
    }
  }

  /** On the matching thread. */
  private void match(Waiter waiter) {
    if (waiter.outcome().isDone()) {
      return;
    }
    MatchResults.Missing missing =
        changes.look(model -> model.missing(waiter.placement().questions()));
    MatchResults answers =
        MatchResults.of(missing.questions(), missing.devices(), () -> !waiter.outcome().isDone());
    changes.make((now, steps) -> matched.begin(waiter, answers, now, steps));
  }

  /** Takes over, under the lock, what devices answer to a question. */
  interface Answered {
    void apply(MatchResults answers, Instant now, ModelLock.Effects steps);
  }

  /**
   * Has a question of another replica asked of all devices: here where that is little work, else
   * later, in no fixed order.
   *
   * @param wanted whether it is of use still; called without the lock
   * @return false when too many wait to be asked, and this one isn't
   */
  boolean ask(Question question, BooleanSupplier wanted, Answered then) {
    int devices = changes.look(model -> model.fleet().states().size());
    long size = changes.look(model -> model.workOf(List.of(question)));
    return work.offerOfOthers(
        devices,
        size,
        () -> {
          MatchResults.Missing missing = changes.look(model -> model.missing(List.of(question)));
          MatchResults answers = MatchResults.of(missing.questions(), missing.devices(), wanted);
          changes.make((now, steps) -> then.apply(answers, now, steps));
        });
  }

  /** Ends a request with what stands between the lab and it. */
  void explain(Waiter waiter, Function<Verdicts, Placement> answer) {
    if (waiter.outcome().isDone()) {
      return;
    }
    PlacementRequest request = waiter.placement();
    int devices = changes.look(model -> model.fleet().states().size());
    long size = (long) devices * request.questions().stream().mapToInt(Question::work).sum();
    work.take(devices, size, () -> unlessBroken(waiter, () -> explainNow(waiter, answer)));
  }

  /** On whichever thread there is time; the end that comes first counts. */
  private void explainNow(Waiter waiter, Function<Verdicts, Placement> answer) {
    if (!waiter.outcome().isDone()) {
      end.accept(waiter, Waiter.Answer.of(answer.apply(verdicts(waiter.placement()))));
    }
  }

  /** The quota is looked at each time: it differs by caller, where the rest is shared. */
  private Verdicts verdicts(PlacementRequest request) {
    Verdicts all =
        explanations.verdicts(request, clock.instant(), () -> changes.look(Matching::states));
    return changes.look(model -> model.underQuota(request.quota()))
        ? all
        : all.limitedTo(request.quota().mostSessions().orElseThrow());
  }

  /** A mistake made while devices are looked at ends the request. */
  private void unlessBroken(Waiter waiter, Runnable part) {
    try {
      part.run();
    } catch (RuntimeException mistake) {
      end.accept(waiter, Waiter.Answer.of(mistake));
    }
  }
}
