package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.NewSessionMachine.Effect;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.NewSessionMachine.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the queue to a recorded session: waits for a device, attempts a session on it, and records
 * the session or gives the device back and waits again. Each method takes one event, on the
 * executor of the request, and carries out the effect that {@link NewSessionMachine} says.
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
   * The outcome is listened to last, and whatever happens before: it may be there already, and a
   * device that comes after a mistake is an event like any other.
   */
  void place(Story story) {
    Instant asked = clock.instant();
    Distributor.Wait wait = parts.distributor().place(story.order(), story.left(asked));
    story.hold(new Holding.Place(wait));
    try {
      if (wait.queued().isDone()) {
        waits(story, asked);
      } else {
        steps.next(story, wait.queued(), done -> waits(story, asked));
      }
      story.wish().labels().run().ifPresent(run -> parts.runs().watch(run, wait));
    } catch (RuntimeException mistake) {
      steps.broken(story, mistake);
    }
    steps.next(story, wait.outcome(), placement -> waited(story, placement, asked));
  }

  private void waits(Story story, Instant asked) {
    if (story.state() == State.QUEUED) {
      listener.queued(story.request());
      story.step(asked, "waiting", "waiting for a device");
    }
  }

  private void waited(Story story, Placement placement, Instant asked) {
    if (placement instanceof Placement.Placed placed) {
      switch (steps.fire(story, Event.PLACED, () -> locks.release(story.request(), placed))) {
        case ATTEMPT -> attempt(story, placed, asked);
        case RELEASE -> locks.release(story.request(), placed);
        default -> throw noEffectOf(Event.PLACED);
      }
    } else {
      switch (story.fire(Event.NOT_PLACED)) {
        case ANSWER_ERROR -> {
          story.letGo();
          answers.notPlaced(story, placement);
        }
        case NONE -> {}
        default -> throw noEffectOf(Event.NOT_PLACED);
      }
    }
  }

  private void attempt(Story story, Placement.Placed placed, Instant asked) {
    Instant begun = clock.instant();
    story.hold(new Holding.LockedDevice(placed));
    listener.placed(story.request(), placed.device(), Duration.between(asked, begun));
    Attempt attempt = parts.trying().attempts().start(story.request(), story.wish(), placed, begun);
    story.hold(new Holding.AttemptedDevice(attempt));
    story.step(begun, "starting", "starting a session on " + placed.device().name());
    listener.attempted(story.request(), placed.device());
    steps.next(story, attempt.outcome(), outcome -> attempted(story, attempt, outcome));
  }

  private void attempted(Story story, Attempt attempt, AttemptOutcome outcome) {
    Event event =
        outcome instanceof AttemptOutcome.Created ? Event.SESSION_CREATED : Event.ATTEMPT_FAILED;
    Effect effect = story.fire(event);
    if (effect == Effect.NONE) {
      return;
    }
    Duration took = Duration.between(attempt.begun(), clock.instant());
    listener.attemptEnded(story.request(), attempt.device(), outcome, took);
    CompletionStage<Void> recorded =
        parts.trying().avoidance().judge(story.request(), attempt.device(), outcome);
    switch (effect) {
      case PUBLISH -> publish(story, attempt, (AttemptOutcome.Created) outcome, recorded);
      case RECORD -> {
        RetryPolicy.Next next = judged(story, attempt.device(), outcome, took);
        steps.next(story, recorded, done -> recorded(story, attempt, outcome, next));
      }
      default -> throw noEffectOf(event);
    }
  }

  private RetryPolicy.Next judged(
      Story story, Device device, AttemptOutcome outcome, Duration took) {
    Instant now = clock.instant();
    RetryPolicy.Next next = RetryPolicy.after(outcome, story.wish().choice(), story.left(now));
    if (next == RetryPolicy.Next.AGAIN || next == RetryPolicy.Next.GIVE_UP) {
      story.failed(device, outcome, took);
    }
    if (next == RetryPolicy.Next.AGAIN) {
      story.step(now, "failed", device.name() + " failed");
    }
    return next;
  }

  /**
   * What an attempt says of its device is durable by now: it has to be before the lock is released,
   * another attempt begins or the client reads an answer.
   */
  private void recorded(
      Story story, Attempt attempt, AttemptOutcome outcome, RetryPolicy.Next next) {
    switch (story.fire(Event.RECORDED)) {
      case RETURN_DEVICE -> {
        story.letGo();
        steps.next(
            story,
            locks.giveBack(story.request(), attempt),
            done -> returned(story, attempt, outcome, next));
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.RECORDED);
    }
  }

  private void returned(
      Story story, Attempt attempt, AttemptOutcome outcome, RetryPolicy.Next next) {
    Event event = next == RetryPolicy.Next.AGAIN ? Event.RETRY : Event.GIVE_UP;
    switch (story.fire(event)) {
      case PLACE -> place(story);
      case ANSWER_ERROR -> {
        if (next == RetryPolicy.Next.GIVE_UP) {
          answers.outOfTime(story);
        } else {
          answers.asTheNodeSaid(story, attempt, outcome);
        }
      }
      case NONE -> {}
      default -> throw noEffectOf(event);
    }
  }

  /** What the attempt says of its device is durable before the client reads of its session. */
  private void publish(
      Story story,
      Attempt attempt,
      AttemptOutcome.Created created,
      CompletionStage<Void> recorded) {
    CompletionStage<Publisher.Result> publication;
    try {
      publication =
          parts.publisher().publish(story.request(), story.wish(), attempt.placed(), created);
    } catch (RuntimeException mistake) {
      log.error("the answer of session {} can't be made", created.id(), mistake);
      publication =
          CompletableFuture.completedFuture(
              new Publisher.NotPublished(Refusals.mistake(), mistake.toString(), Optional.empty()));
    }
    story.letGo();
    steps.next(
        story,
        publication.thenCombine(recorded, (result, done) -> result),
        result -> {
          if (result instanceof Publisher.Published done) {
            published(story, done);
          } else {
            notPublished(story, attempt, created, (Publisher.NotPublished) result);
          }
        });
  }

  private void published(Story story, Publisher.Published done) {
    NewSessionRequest request = story.request();
    listener.published(request, done.session());
    Effect effect =
        steps.fire(
            story, Event.PUBLISHED, () -> locks.endSession(request, done.session(), done.device()));
    story.hold(new Holding.LiveSession(done.session(), done.device()));
    switch (effect) {
      case ANSWER_SESSION -> answers.session(story, done.session(), done.answer());
      case END_SESSION -> locks.endSession(request, done.session(), done.device());
      default -> throw noEffectOf(Event.PUBLISHED);
    }
  }

  private void notPublished(
      Story story, Attempt attempt, AttemptOutcome.Created created, Publisher.NotPublished result) {
    Runnable discard = () -> locks.discard(story.request(), attempt, created, result);
    switch (steps.fire(story, Event.NOT_PUBLISHED, discard)) {
      case DISCARD -> discard.run();
      case DISCARD_AND_ANSWER -> {
        discard.run();
        answers.refuseForNow(story, result.error());
      }
      default -> throw noEffectOf(Event.NOT_PUBLISHED);
    }
  }
}
