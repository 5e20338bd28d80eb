package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.NewSessionMachine.Effect;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.NewSessionMachine.State;
import io.gridfleet.lb.newsession.answer.Publisher;
import io.gridfleet.lb.newsession.answer.RequestPage;
import io.gridfleet.lb.newsession.attempt.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from the queue to a recorded session: waits for a device, attempts a session on it, and
 * records the session or gives the device back and waits again. Each method handles one event, on
 * the executor of the request, and applies its effect in {@link NewSessionMachine}.
 */
final class SessionCreation {
  private static final Logger log = LoggerFactory.getLogger(SessionCreation.class);

  private final NewSessionFlow.Parts parts;
  private final ClientAnswers answers;
  private final LockReturn locks;
  private final RequestSteps steps;
  private final NewSessionListener listener;
  private final InstantSource clock;

  SessionCreation(
      NewSessionFlow.Parts parts,
      ClientAnswers answers,
      LockReturn locks,
      RequestSteps steps,
      NewSessionListener listener,
      InstantSource clock) {
    this.parts = parts;
    this.answers = answers;
    this.locks = locks;
    this.steps = steps;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Requests a device. Registers for the outcome last, because it may be complete already, and also
   * after an exception, so that a device granted later is released.
   */
  void place(NewSessionState state) {
    Instant asked = clock.instant();
    Distributor.Wait wait =
        parts
            .distributor()
            .place(state.placement(), state.remaining(asked), device -> wake(state, device));
    state.hold(new Holding.Place(wait));
    try {
      if (wait.queued().isDone()) {
        waits(state, asked);
      } else {
        steps.next(state, wait.queued(), done -> waits(state, asked));
      }
      state.options().labels().run().ifPresent(run -> parts.runs().watch(run, wait));
    } catch (RuntimeException mistake) {
      steps.broken(state, mistake);
    }
    steps.next(state, wait.outcome(), placement -> waited(state, placement, asked));
  }

  /** Called on any thread. */
  private void wake(NewSessionState state, Device device) {
    steps.next(
        state,
        CompletableFuture.completedFuture(device),
        woken -> {
          if (state.state() == State.QUEUED) {
            listener.woken(state.request(), woken);
          }
        });
  }

  private void waits(NewSessionState state, Instant asked) {
    if (state.state() == State.QUEUED) {
      listener.queued(state.request());
      state.step(asked, "waiting", waiting(state));
    }
  }

  /** Only a client that gets progress reads it. */
  private static String waiting(NewSessionState state) {
    String text = "waiting for a device";
    return state.progress() == NewSessionOptions.Progress.OFF
        ? text
        : RequestPage.mentionedIn(text, state.request());
  }

  private void waited(NewSessionState state, Placement placement, Instant asked) {
    if (placement instanceof Placement.Placed placed) {
      switch (steps.fire(state, Event.PLACED, () -> locks.release(state.request(), placed))) {
        case ATTEMPT -> attempt(state, placed, asked);
        case RELEASE -> locks.release(state.request(), placed);
        default -> throw noEffectOf(Event.PLACED);
      }
    } else {
      switch (state.fire(Event.NOT_PLACED)) {
        case ANSWER_ERROR -> {
          state.handOver();
          answers.notPlaced(state, placement);
        }
        case NONE -> {}
        default -> throw noEffectOf(Event.NOT_PLACED);
      }
    }
  }

  private void attempt(NewSessionState state, Placement.Placed placed, Instant asked) {
    Instant begun = clock.instant();
    state.hold(new Holding.LockedDevice(placed));
    listener.placed(state.request(), placed.device(), Duration.between(asked, begun));
    Attempt attempt =
        parts.trying().attempts().start(state.request(), state.options(), placed, begun);
    state.hold(new Holding.AttemptedDevice(attempt));
    state.step(begun, "starting", "starting a session on " + placed.device().name());
    listener.attempted(state.request(), placed.device());
    steps.next(state, attempt.outcome(), outcome -> attempted(state, attempt, outcome));
  }

  private void attempted(NewSessionState state, Attempt attempt, AttemptOutcome outcome) {
    Event event =
        outcome instanceof AttemptOutcome.Created ? Event.SESSION_CREATED : Event.ATTEMPT_FAILED;
    Effect effect = state.fire(event);
    if (effect == Effect.NONE) {
      return;
    }
    Duration took = Duration.between(attempt.begun(), clock.instant());
    listener.attemptEnded(state.request(), attempt.device(), outcome, took);
    CompletionStage<Void> recorded =
        parts.trying().avoidance().judge(state.request(), attempt.device(), outcome);
    switch (effect) {
      case PUBLISH -> publish(state, attempt, (AttemptOutcome.Created) outcome, recorded);
      case RECORD -> {
        RetryPolicy.Next next = judged(state, attempt.device(), outcome, took);
        steps.next(state, recorded, done -> recorded(state, attempt, outcome, next));
      }
      default -> throw noEffectOf(event);
    }
  }

  private RetryPolicy.Next judged(
      NewSessionState state, Device device, AttemptOutcome outcome, Duration took) {
    Instant now = clock.instant();
    RetryPolicy.Next next =
        RetryPolicy.after(outcome, state.options().choice(), state.remaining(now));
    if (next == RetryPolicy.Next.AGAIN || next == RetryPolicy.Next.GIVE_UP) {
      state.failed(device, outcome, took);
    }
    if (next == RetryPolicy.Next.AGAIN) {
      state.step(now, "failed", device.name() + " failed");
    }
    return next;
  }

  /**
   * Gives the device back. The consequence of the attempt for the device is durable before the lock
   * is released, another attempt begins or the client receives an answer.
   */
  private void recorded(
      NewSessionState state, Attempt attempt, AttemptOutcome outcome, RetryPolicy.Next next) {
    switch (state.fire(Event.RECORDED)) {
      case RETURN_DEVICE -> {
        state.handOver();
        steps.next(
            state,
            locks.giveBack(state.request(), attempt),
            done -> returned(state, attempt, outcome, next));
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.RECORDED);
    }
  }

  private void returned(
      NewSessionState state, Attempt attempt, AttemptOutcome outcome, RetryPolicy.Next next) {
    Event event = next == RetryPolicy.Next.AGAIN ? Event.RETRY : Event.GIVE_UP;
    switch (state.fire(event)) {
      case PLACE -> place(state);
      case ANSWER_ERROR -> {
        if (next == RetryPolicy.Next.GIVE_UP) {
          answers.outOfTime(state);
        } else {
          answers.asTheNodeSaid(state, attempt, outcome);
        }
      }
      case NONE -> {}
      default -> throw noEffectOf(event);
    }
  }

  /**
   * Publishes the session. The consequence of the attempt for the device is durable before the
   * client receives its session.
   */
  private void publish(
      NewSessionState state,
      Attempt attempt,
      AttemptOutcome.Created created,
      CompletionStage<Void> recorded) {
    CompletionStage<Publisher.Result> publication;
    try {
      publication =
          parts.publisher().publish(state.request(), state.options(), attempt.placed(), created);
    } catch (RuntimeException mistake) {
      log.error("the answer of session {} can't be composed", created.id(), mistake);
      publication =
          CompletableFuture.completedFuture(
              new Publisher.NotPublished(Refusals.mistake(), mistake.toString(), Optional.empty()));
    }
    state.handOver();
    steps.next(
        state,
        publication.thenCombine(recorded, (result, done) -> result),
        result -> {
          if (result instanceof Publisher.Published done) {
            published(state, done);
          } else {
            notPublished(state, attempt, created, (Publisher.NotPublished) result);
          }
        });
  }

  private void published(NewSessionState state, Publisher.Published done) {
    NewSessionRequest request = state.request();
    listener.published(request, done.session());
    Effect effect =
        steps.fire(
            state, Event.PUBLISHED, () -> locks.endSession(request, done.session(), done.device()));
    state.hold(new Holding.LiveSession(done.session(), done.device()));
    switch (effect) {
      case ANSWER_SESSION -> answers.session(state, done.session(), done.answer());
      case END_SESSION -> locks.endSession(request, done.session(), done.device());
      default -> throw noEffectOf(Event.PUBLISHED);
    }
  }

  private void notPublished(
      NewSessionState state,
      Attempt attempt,
      AttemptOutcome.Created created,
      Publisher.NotPublished result) {
    Runnable discard = () -> locks.discard(state.request(), attempt, created, result);
    switch (steps.fire(state, Event.NOT_PUBLISHED, discard)) {
      case DISCARD -> discard.run();
      case DISCARD_AND_ANSWER -> {
        discard.run();
        answers.refuseForNow(state, result.error());
      }
      default -> throw noEffectOf(Event.NOT_PUBLISHED);
    }
  }
}
