package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.Waiter.Answer;
import io.gridfleet.lb.distributor.Waiter.Effect;
import io.gridfleet.lb.distributor.Waiter.Event;
import io.gridfleet.lb.state.UnexpectedEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires the events of waiting requests and carries out what their table says: in the line and in
 * what other replicas are told under the lock, everything else as a step after it. The only class
 * that fires an event, and the only one that moves a request into the line or out of it.
 *
 * <p>Owner: the distributor's lock. Each method is called under it, and calls nobody outside the
 * model. An event that the table doesn't know ends its request, and changes nothing else: it throws
 * nothing, so that the other requests of the same change are served.
 */
final class WaiterTransitions {
  private static final Logger log = LoggerFactory.getLogger(WaiterTransitions.class);

  private final WaitingRequests line;
  private final LocalHeads fronts;

  WaiterTransitions(WaitingRequests line, LocalHeads fronts) {
    this.line = line;
    this.fronts = fronts;
  }

  /**
   * A slot was found for the request. The caller counts it as taken, and hands out the pick.
   *
   * @return false if the request was in no state to have one, and has been ended
   */
  boolean slotPicked(Waiter waiter, DeviceState state, ModelLock.Effects steps) {
    switch (fire(waiter, Event.SLOT_PICKED, steps)) {
      case ASK_FOR_LOCK -> line.asks(waiter, state, false);
      case TAKE_FROM_LINE -> {
        line.leave(waiter);
        line.asks(waiter, state, true);
      }
      case TAKE_FROM_QUEUE -> {
        line.leave(waiter);
        line.asks(waiter, state, true);
        // The thread that starts the wait may be slower than the store's answer to this request.
        steps.add(() -> waiter.queued().complete(null));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Nothing is free for the request: its caller hears that it waits. */
  void noSlot(Waiter waiter, Instant now, ModelLock.Effects steps) {
    switch (fire(waiter, Event.NO_SLOT, steps)) {
      case ENTER_QUEUE -> {
        enter(waiter);
        startWait(waiter, now, steps);
      }
      case START_WAIT -> startWait(waiter, now, steps);
      default -> {}
    }
  }

  /** The caller hears of the wait before its time can be over. */
  private static void startWait(Waiter waiter, Instant now, ModelLock.Effects steps) {
    Duration wait = Duration.between(now, waiter.deadline());
    steps.add(() -> waiter.queued().complete(null));
    steps.startTimer(waiter, wait);
  }

  /**
   * No device can serve the request.
   *
   * @param answer what its client gets, made of the explanation
   */
  void noMatch(Waiter waiter, Function<Verdicts, Placement> answer, ModelLock.Effects steps) {
    if (fire(waiter, Event.NO_MATCH, steps) == Effect.EXPLAIN) {
      steps.explain(waiter, answer);
    }
  }

  /**
   * The store has given the lock.
   *
   * @return false if nobody expected that answer, and the caller is to change nothing
   */
  boolean lockGranted(Waiter waiter, Placement.Placed placed, ModelLock.Effects steps) {
    switch (fire(waiter, Event.LOCK_GRANTED, steps)) {
      case PLACE -> done(waiter, Answer.of(placed), steps);
      case RELEASE_LOCK -> {
        doneAsKept(waiter, steps);
        steps.release(placed.lock());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * The store has given the lock to somebody else: the request is in the line again, or has its
   * answer.
   *
   * @return false if nobody expected that answer, and the caller is to change nothing
   */
  boolean lockRefused(Waiter waiter, ModelLock.Effects steps) {
    switch (fire(waiter, Event.LOCK_REFUSED, steps)) {
      case ENTER_LINE -> {
        line.answered(waiter);
        enter(waiter);
      }
      case GIVE_KEPT_ANSWER -> doneAsKept(waiter, steps);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * The store didn't say who has the lock.
   *
   * @return false if nobody expected that answer, and the caller is to change nothing
   */
  boolean lockFailed(Waiter waiter, Placement answer, ModelLock.Effects steps) {
    switch (fire(waiter, Event.LOCK_FAILED, steps)) {
      case ANSWER -> done(waiter, Answer.of(answer), steps);
      case GIVE_KEPT_ANSWER -> doneAsKept(waiter, steps);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Ends the wait, now or when the store has answered; an ended one stays as it is. */
  void end(Waiter waiter, Answer answer, ModelLock.Effects steps) {
    switch (fire(waiter, Event.END, steps)) {
      case ANSWER -> done(waiter, answer, steps);
      case LEAVE_LINE -> {
        line.leave(waiter);
        done(waiter, answer, steps);
      }
      case LEAVE_QUEUE -> {
        line.leave(waiter);
        // As in slotPicked: the thread that starts the wait may be slower than this one.
        steps.add(() -> waiter.queued().complete(null));
        done(waiter, answer, steps);
      }
      case KEEP_ANSWER -> waiter.keep(answer);
      default -> {}
    }
  }

  /**
   * Enters the next state. {@code END} is known in every state, so that this doesn't recur; and
   * whatever state the mistake was made in, nobody finds the request in a line afterwards.
   */
  private Effect fire(Waiter waiter, Event event, ModelLock.Effects steps) {
    try {
      return waiter.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("request {} is ended by a mistake", waiter.placement().request(), mistake);
      end(waiter, Answer.of(mistake), steps);
      line.leave(waiter);
      return Effect.NOTHING;
    }
  }

  /** Other replicas are told of it when it is the first of its line. */
  private void enter(Waiter waiter) {
    line.enter(waiter);
    fronts.entered(waiter);
  }

  private void doneAsKept(Waiter waiter, ModelLock.Effects steps) {
    Answer kept = waiter.kept();
    done(waiter, kept != null ? kept : Answer.of(new IllegalStateException("no answer")), steps);
  }

  /** Nothing of an ended request stays in the model; its caller hears of it after the change. */
  private void done(Waiter waiter, Answer answer, ModelLock.Effects steps) {
    line.answered(waiter);
    fronts.settled(waiter);
    waiter.audiences().forEach(line::part);
    steps.add(() -> waiter.complete(answer));
  }
}
