package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.Verdicts;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.queue.Waiter.Answer;
import io.gridfleet.lb.distributor.queue.Waiter.Effect;
import io.gridfleet.lb.distributor.queue.Waiter.Event;
import io.gridfleet.lb.state.UnexpectedEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires the events of waiting requests and applies the effects of their table: on the queues and
 * the published heads under the lock, everything else as an effect after it. The only class that
 * fires these events, and the only one that moves requests into and out of queues.
 *
 * <p>Owner: the distributor's lock. Each method is called under it, and calls no code outside the
 * model. An event without a row ends its request and changes nothing else; it doesn't throw, so
 * that the other requests of the same change are served.
 */
public final class WaiterTransitions {
  private static final Logger log = LoggerFactory.getLogger(WaiterTransitions.class);

  private final WaitingRequests waiting;
  private final QueueListener heads;

  public WaiterTransitions(WaitingRequests waiting, QueueListener heads) {
    this.waiting = waiting;
    this.heads = heads;
  }

  /**
   * Fires {@code SLOT_PICKED}. The caller then counts the slot as pending, and adds the pick.
   *
   * @return false if the event was unexpected, which has ended the request
   */
  public boolean slotPicked(Waiter waiter, DeviceState state, Effects effects) {
    switch (fire(waiter, Event.SLOT_PICKED, effects)) {
      case REQUEST_LOCK -> waiting.lockRequested(waiter, state, false);
      case DEQUEUE_TO_LOCK -> {
        waiting.remove(waiter);
        waiting.lockRequested(waiter, state, true);
      }
      case DEQUEUE_WAITING_TO_LOCK -> {
        waiting.remove(waiter);
        waiting.lockRequested(waiter, state, true);
        Device device = state.device();
        // The effect that starts the wait may run after the store's answer to this request.
        effects.add(
            () -> {
              waiter.queued().complete(null);
              waiter.wake(device);
            });
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Queues a request for which no slot is free, and notifies its caller. */
  public void noSlot(Waiter waiter, Instant now, Effects effects) {
    switch (fire(waiter, Event.NO_SLOT, effects)) {
      case ENQUEUE_AND_WAIT -> {
        enter(waiter);
        startWait(waiter, now, effects);
      }
      case START_WAIT -> startWait(waiter, now, effects);
      default -> {}
    }
  }

  /** Notifies the caller before the timer is set. */
  private static void startWait(Waiter waiter, Instant now, Effects effects) {
    Duration wait = Duration.between(now, waiter.deadline());
    effects.add(() -> waiter.queued().complete(null));
    effects.startTimer(waiter, wait);
  }

  /**
   * Explains to a request that no device can serve it.
   *
   * @param answer the result of the request, given the explanation
   */
  public void noMatch(Waiter waiter, Function<Verdicts, Placement> answer, Effects effects) {
    if (fire(waiter, Event.NO_MATCH, effects) == Effect.EXPLAIN) {
      effects.explain(waiter, answer);
    }
  }

  /**
   * Places the request, or releases the lock if the request was cancelled.
   *
   * @return false if the answer was unexpected; the caller must change nothing then
   */
  public boolean lockGranted(Waiter waiter, Placement.Placed placed, Effects effects) {
    switch (fire(waiter, Event.LOCK_GRANTED, effects)) {
      case PLACE -> done(waiter, Answer.of(placed), effects);
      case RELEASE_LOCK -> {
        doneAsKept(waiter, effects);
        effects.release(placed.lock());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the request to the queue after a refused lock, or completes it if it was cancelled.
   *
   * @return false if the answer was unexpected; the caller must change nothing then
   */
  public boolean lockRefused(Waiter waiter, Effects effects) {
    switch (fire(waiter, Event.LOCK_REFUSED, effects)) {
      case ENQUEUE -> {
        waiting.answered(waiter);
        enter(waiter);
      }
      case GIVE_KEPT_ANSWER -> doneAsKept(waiter, effects);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Ends the request after a failed call to the store.
   *
   * @return false if the answer was unexpected; the caller must change nothing then
   */
  public boolean lockFailed(Waiter waiter, Placement answer, Effects effects) {
    switch (fire(waiter, Event.LOCK_FAILED, effects)) {
      case ANSWER -> done(waiter, Answer.of(answer), effects);
      case GIVE_KEPT_ANSWER -> doneAsKept(waiter, effects);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Ends the wait, now or when the store has answered; no effect on an ended one. */
  public void end(Waiter waiter, Answer answer, Effects effects) {
    switch (fire(waiter, Event.END, effects)) {
      case ANSWER -> done(waiter, answer, effects);
      case DEQUEUE_AND_ANSWER -> {
        waiting.remove(waiter);
        done(waiter, answer, effects);
      }
      case DEQUEUE_WAITING_AND_ANSWER -> {
        waiting.remove(waiter);
        // As in slotPicked: the effect that starts the wait may run after this one.
        effects.add(() -> waiter.queued().complete(null));
        done(waiter, answer, effects);
      }
      case KEEP_ANSWER -> waiter.keep(answer);
      default -> {}
    }
  }

  /**
   * Enters the next state. {@code END} has a row in every state, so that the recursion ends; the
   * request is removed from the queues whatever its state was.
   */
  private Effect fire(Waiter waiter, Event event, Effects effects) {
    try {
      return waiter.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error(
          "request {} is ended by an unexpected event", waiter.placement().request(), mistake);
      end(waiter, Answer.of(mistake), effects);
      waiting.remove(waiter);
      return Effect.NOTHING;
    }
  }

  /** Queues a request, and publishes it if it is the head of a queue. */
  private void enter(Waiter waiter) {
    waiting.enter(waiter);
    heads.entered(waiter);
  }

  /** The answer was kept when the request ended while the store was asked for its lock. */
  private void doneAsKept(Waiter waiter, Effects effects) {
    Answer kept = waiter.kept();
    done(waiter, kept != null ? kept : Answer.of(new IllegalStateException("no answer")), effects);
  }

  /** Removes an ended request from the model; its outcome is completed after the change. */
  private void done(Waiter waiter, Answer answer, Effects effects) {
    waiting.answered(waiter);
    heads.settled(waiter);
    waiter.queues().forEach(waiting::part);
    effects.add(() -> waiter.complete(answer));
  }
}
