package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.state.StateTable;

/**
 * The states of a request shared by repeats with the same idempotency key and body.
 *
 * <p>States:
 *
 * <ul>
 *   <li>{@code ENTERED}: not claimed yet. Its first request claims it next, or after it is decided
 *       which of two bodies is the key's.
 *   <li>{@code CLAIMING}: a claim is pending in the store.
 *   <li>{@code CLAIMING_AGAIN}: likewise, with a signal meanwhile, so that a result "held by
 *       another replica" may be outdated.
 *   <li>{@code DELAYED}: the store gave no answer to the claim; a timer repeats it.
 *   <li>{@code ELSEWHERE}: another replica processes it. It is claimed again when that replica has
 *       settled the key, and periodically by a sweep.
 *   <li>{@code STARTING}: this replica has the claim, and is beginning it.
 *   <li>{@code RUNNING}: it has begun; {@link PendingSession#answer} completes.
 *   <li>{@code RECORDING}: its answer is being recorded for repeats.
 *   <li>{@code ANSWERED}: all listeners, also later ones, receive the answer.
 *   <li>{@code CLOSED}: all listeners left before its answer, or a bug ended it. Pending stages are
 *       undone when they complete.
 * </ul>
 *
 * <p>Owner: the lock of {@link SharedRequest}; events come from the loops of all listeners, from
 * the store and from the sweep. Effects are applied after the lock is released.
 *
 * <p>Invariants: in each state except the last two something leads to its answer: its first
 * request, the store's result, the timer, the other replica and the sweep, or the pending request.
 * {@link SharedRequest} checks this with each event. A request begins with a granted claim only:
 * without one another replica may have begun it.
 */
final class SharedRequestMachine {
  /** The states of a shared request. */
  enum State {
    ENTERED,
    CLAIMING,
    CLAIMING_AGAIN,
    DELAYED,
    ELSEWHERE,
    STARTING,
    RUNNING,
    RECORDING,
    ANSWERED,
    CLOSED
  }

  /** The events of a shared request. */
  enum Event {
    /** It is to be claimed, or claimed again. */
    ASK,
    /** The claim was granted. */
    CLAIMED,
    /** Another replica has the claim. */
    HELD_ELSEWHERE,
    /** Another replica had the claim, and has released the key meanwhile. */
    KEY_FREED,
    /** Another replica had the claim, and the store gave no answer to this one. */
    CLAIM_FAILED,
    /** The store gave no answer; the claim may be granted, and is to be repeated. */
    CLAIM_UNANSWERED,
    /** Its answer is known without a node: that of an earlier request, or an error. */
    REPLAYED,
    /** It has begun here, or joined a running request. */
    STARTED,
    /** It has an answer that repeats receive too. */
    LASTING_ANSWER,
    /** It has a transient answer. */
    PASSING_ANSWER,
    /** The answer is recorded, or the store failed. */
    RECORDED,
    /** A client joined. */
    JOINED,
    /** The last client has left. */
    ALL_LEFT,
    /** A bug: an exception, or an event without a row. */
    BROKEN
  }

  /** The effects of events. */
  enum Effect {
    NONE,
    /** Claims the key in the store. */
    CLAIM,
    /** Claims the key after a pause. */
    CLAIM_LATER,
    /** Completes {@code decided}: requests with another body are refused now. */
    DECIDE,
    /** The same, and claims the key again. */
    DECIDE_AND_CLAIM,
    START,
    ANSWER,
    RECORD,
    /** Releases the key, then answers. */
    RELEASE_AND_ANSWER,
    RELEASE,
    /** The client is a listener from now on. */
    LISTEN,
    /** The client receives the answer at once. */
    ANSWER_AT_ONCE,
    /** The client can't join, and enters a new request. */
    REJECT,
    /** Removes the request and releases its key. */
    REMOVE,
    /** The same, and ends the pending request. */
    REMOVE_AND_CANCEL,
    /** Ends a pending request that has begun too late. */
    CANCEL,
    /** Removes the request, releases its key and answers with an error. */
    FAIL,
    /** The same, and ends the pending request. */
    FAIL_AND_CANCEL
  }

  static final StateTable<State, Event, Effect> TABLE =
      closed(
              answering(
                  claiming(
                      StateTable.<State, Event, Effect>of(
                          "shared request", State.ENTERED, Event.class))))
          .build();

  private SharedRequestMachine() {}

  private static StateTable.Builder<State, Event, Effect> claiming(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.ENTERED, Event.ASK, State.CLAIMING, Effect.CLAIM)
        .on(State.ENTERED, Event.STARTED, State.RUNNING, Effect.NONE)
        .on(State.ENTERED, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.ENTERED, Event.JOINED, State.ENTERED, Effect.LISTEN)
        .on(State.ENTERED, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.ENTERED, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.CLAIMING, Event.ASK, State.CLAIMING_AGAIN, Effect.NONE)
        .on(State.CLAIMING, Event.CLAIMED, State.STARTING, Effect.START)
        .on(State.CLAIMING, Event.HELD_ELSEWHERE, State.ELSEWHERE, Effect.DECIDE)
        .on(State.CLAIMING, Event.KEY_FREED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING, Event.CLAIM_FAILED, State.ELSEWHERE, Effect.NONE)
        .on(State.CLAIMING, Event.CLAIM_UNANSWERED, State.DELAYED, Effect.CLAIM_LATER)
        .on(State.CLAIMING, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.CLAIMING, Event.JOINED, State.CLAIMING, Effect.LISTEN)
        .on(State.CLAIMING, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.CLAIMING, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.CLAIMING_AGAIN, Event.ASK, State.CLAIMING_AGAIN, Effect.NONE)
        .on(State.CLAIMING_AGAIN, Event.CLAIMED, State.STARTING, Effect.START)
        .on(State.CLAIMING_AGAIN, Event.HELD_ELSEWHERE, State.CLAIMING, Effect.DECIDE_AND_CLAIM)
        .on(State.CLAIMING_AGAIN, Event.KEY_FREED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING_AGAIN, Event.CLAIM_FAILED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING_AGAIN, Event.CLAIM_UNANSWERED, State.DELAYED, Effect.CLAIM_LATER)
        .on(State.CLAIMING_AGAIN, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.CLAIMING_AGAIN, Event.JOINED, State.CLAIMING_AGAIN, Effect.LISTEN)
        .on(State.CLAIMING_AGAIN, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.CLAIMING_AGAIN, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.DELAYED, Event.ASK, State.CLAIMING, Effect.CLAIM)
        .on(State.DELAYED, Event.JOINED, State.DELAYED, Effect.LISTEN)
        .on(State.DELAYED, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.DELAYED, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.ELSEWHERE, Event.ASK, State.CLAIMING, Effect.CLAIM)
        .on(State.ELSEWHERE, Event.JOINED, State.ELSEWHERE, Effect.LISTEN)
        .on(State.ELSEWHERE, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.ELSEWHERE, Event.BROKEN, State.CLOSED, Effect.FAIL);
  }

  private static StateTable.Builder<State, Event, Effect> answering(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.STARTING, Event.ASK, State.STARTING, Effect.NONE)
        .on(State.STARTING, Event.STARTED, State.RUNNING, Effect.DECIDE)
        .on(State.STARTING, Event.JOINED, State.STARTING, Effect.LISTEN)
        .on(State.STARTING, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE)
        .on(State.STARTING, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.RUNNING, Event.ASK, State.RUNNING, Effect.NONE)
        .on(State.RUNNING, Event.LASTING_ANSWER, State.RECORDING, Effect.RECORD)
        .on(State.RUNNING, Event.PASSING_ANSWER, State.ANSWERED, Effect.RELEASE_AND_ANSWER)
        .on(State.RUNNING, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.RUNNING, Event.JOINED, State.RUNNING, Effect.LISTEN)
        .on(State.RUNNING, Event.ALL_LEFT, State.CLOSED, Effect.REMOVE_AND_CANCEL)
        .on(State.RUNNING, Event.BROKEN, State.CLOSED, Effect.FAIL_AND_CANCEL)
        .on(State.RECORDING, Event.ASK, State.RECORDING, Effect.NONE)
        .on(State.RECORDING, Event.RECORDED, State.ANSWERED, Effect.ANSWER)
        .on(State.RECORDING, Event.JOINED, State.RECORDING, Effect.LISTEN)
        .on(State.RECORDING, Event.ALL_LEFT, State.RECORDING, Effect.NONE)
        .on(State.RECORDING, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.ANSWERED, Event.ASK, State.ANSWERED, Effect.NONE)
        .on(State.ANSWERED, Event.JOINED, State.ANSWERED, Effect.ANSWER_AT_ONCE)
        .on(State.ANSWERED, Event.ALL_LEFT, State.ANSWERED, Effect.NONE)
        .on(State.ANSWERED, Event.BROKEN, State.CLOSED, Effect.FAIL);
  }

  private static StateTable.Builder<State, Event, Effect> closed(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.CLOSED, Event.ASK, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.CLAIMED, State.CLOSED, Effect.RELEASE)
        .on(State.CLOSED, Event.HELD_ELSEWHERE, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.KEY_FREED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.CLAIM_FAILED, State.CLOSED, Effect.RELEASE)
        .on(State.CLOSED, Event.CLAIM_UNANSWERED, State.CLOSED, Effect.RELEASE)
        .on(State.CLOSED, Event.REPLAYED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.STARTED, State.CLOSED, Effect.CANCEL)
        .on(State.CLOSED, Event.LASTING_ANSWER, State.CLOSED, Effect.RELEASE)
        .on(State.CLOSED, Event.PASSING_ANSWER, State.CLOSED, Effect.RELEASE)
        .on(State.CLOSED, Event.RECORDED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.JOINED, State.CLOSED, Effect.REJECT)
        .on(State.CLOSED, Event.ALL_LEFT, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.BROKEN, State.CLOSED, Effect.NONE);
  }
}
