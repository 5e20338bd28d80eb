package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.explain.Explanations;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.MatchResults;
import io.gridfleet.lb.distributor.queue.Waiter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Matches requests against devices and explains refusals without the distributor's lock. Copies its
 * input under the lock, works on the thread chosen by {@link MatchingWork}, and applies the result
 * under the lock. Drops requests that have ended meanwhile.
 *
 * <p>Owns no state. Checks without the lock, by the outcome, whether a request has ended: that only
 * saves work; the state is checked under the lock afterwards.
 */
final class RequestMatcher {
  private final ModelLock modelLock;
  private final MatchingWork work;
  private final Explanations explanations;
  private final InstantSource clock;
  private final Matched matched;
  private final BiConsumer<Waiter, Waiter.Answer> end;

  /** Applies match results of a request, under the lock. */
  interface Matched {
    void begin(Waiter waiter, MatchResults answers, Instant now, Effects effects);
  }

  /**
   * @param end ends a request with an answer; called without the lock
   */
  RequestMatcher(
      ModelLock modelLock,
      MatchingWork work,
      Explanations explanations,
      InstantSource clock,
      Matched matched,
      BiConsumer<Waiter, Waiter.Answer> end) {
    this.modelLock = modelLock;
    this.work = work;
    this.explanations = explanations;
    this.clock = clock;
    this.matched = matched;
    this.end = end;
  }

  /** Queues the matching of a request, or ends the request if too much is pending. */
  void match(Waiter waiter, long size) {
    if (!work.offer(size, () -> unlessBroken(waiter, () -> match(waiter)))) {
      end.accept(waiter, Waiter.Answer.of(new Placement.Busy()));
    }
  }

  /** Called on the matching thread. */
  private void match(Waiter waiter) {
    if (waiter.outcome().isDone()) {
      return;
    }
    MatchResults.Missing missing =
        modelLock.look(model -> model.missing(waiter.placement().questions()));
    MatchResults answers =
        MatchResults.of(missing.questions(), missing.devices(), () -> !waiter.outcome().isDone());
    modelLock.make((now, effects) -> matched.begin(waiter, answers, now, effects));
  }

  /** Applies the match results of a question, under the lock. */
  interface Answered {
    void apply(MatchResults answers, Instant now, Effects effects);
  }

  /**
   * Matches a question of another replica against all devices: here if that is little work, else
   * later, in no fixed order.
   *
   * @param wanted whether the result is still needed; called without the lock
   * @return false if too much is pending and the question isn't matched
   */
  boolean ask(Question question, BooleanSupplier wanted, Answered then) {
    int devices = modelLock.look(model -> model.fleet().states().size());
    long size = modelLock.look(model -> model.workOf(List.of(question)));
    return work.offerOfOthers(
        devices,
        size,
        () -> {
          MatchResults.Missing missing = modelLock.look(model -> model.missing(List.of(question)));
          MatchResults answers = MatchResults.of(missing.questions(), missing.devices(), wanted);
          modelLock.make((now, effects) -> then.apply(answers, now, effects));
        });
  }

  /** Ends a request with the verdicts on all devices. */
  void explain(Waiter waiter, Function<Verdicts, Placement> answer) {
    if (waiter.outcome().isDone()) {
      return;
    }
    PlacementRequest request = waiter.placement();
    int devices = modelLock.look(model -> model.fleet().states().size());
    long size = (long) devices * request.questions().stream().mapToInt(Question::work).sum();
    work.take(devices, size, () -> unlessBroken(waiter, () -> explainNow(waiter, answer)));
  }

  /** Called on either thread; the first end counts. */
  private void explainNow(Waiter waiter, Function<Verdicts, Placement> answer) {
    if (!waiter.outcome().isDone()) {
      end.accept(waiter, Waiter.Answer.of(answer.apply(verdicts(waiter.placement()))));
    }
  }

  /** Adds the quota, which differs by caller, to the shared verdicts. */
  private Verdicts verdicts(PlacementRequest request) {
    Verdicts all = explanations.verdicts(request, clock.instant(), modelLock::snapshots);
    return modelLock.look(model -> model.quotas().allows(request.quota()))
        ? all
        : all.limitedTo(request.quota().mostSessions().orElseThrow());
  }

  /** Ends the request if its matching throws. */
  private void unlessBroken(Waiter waiter, Runnable part) {
    try {
      part.run();
    } catch (RuntimeException mistake) {
      end.accept(waiter, Waiter.Answer.of(mistake));
    }
  }
}
