package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.state.StateTable;

/**
 * The states of a request that its repeats share, because they have its idempotency key and its
 * body.
 *
 * <p>States:
 *
 * <ul>
 *   <li>{@code ENTERED}: nobody was asked who answers it. Whoever entered it asks next, or when it
 *       is decided which of two bodies is the key's.
 *   <li>{@code CLAIMING}: the store is asked who answers it.
 *   <li>{@code CLAIMING_AGAIN}: likewise, and something happened meanwhile, so that an answer "it
 *       is another replica" may be outdated.
 *   <li>{@code ELSEWHERE}: another replica answers it. The store is asked again when that replica
 *       has settled the key, and now and then by a sweep.
 *   <li>{@code STARTING}: this replica answers it, and is beginning it.
 *   <li>{@code RUNNING}: it has begun; {@link PendingSession#answer} completes.
 *   <li>{@code RECORDING}: it has its answer, which is being recorded for repeats.
 *   <li>{@code ANSWERED}: everybody who listens, or joins now, gets the answer.
 *   <li>{@code CLOSED}: nobody waits for it: all have left before it had an answer, or a mistake in
 *       the program ended it. What was under way is undone when it completes.
 * </ul>
 *
 * <p>Owner: the lock of {@link SharedRequest}; events come from the loops of all listeners, from
 * the store and from the sweep. Effects are carried out after the lock is released.
 *
 * <p>Invariant: in each state but the last two there is somebody who will bring it to its answer:
 * whoever entered it, the store's answer, the other replica and the sweep, or the pending request.
 * {@link SharedRequest} checks with each event that this somebody is there.
 */
final class SharedRequestMachine {
  /** How far a shared request has come. */
  enum State {
    ENTERED,
    CLAIMING,
    CLAIMING_AGAIN,
    ELSEWHERE,
    STARTING,
    RUNNING,
    RECORDING,
    ANSWERED,
    CLOSED
  }

  /** What can happen to it. */
  enum Event {
    /** Somebody wants to know who answers it. */
    ASK,
    /**
     * It is this replica: the claim was granted, or the store can't be asked for the first time.
     */
    CLAIMED,
    /** It is another replica. */
    HELD_ELSEWHERE,
    /** It was another replica, which has let the key go meanwhile. */
    KEY_FREED,
    /** The store gave no answer; another replica may have the key, or this one was granted it. */
    CLAIM_FAILED,
    /** Its answer is known without asking a node: that of an earlier request, or an error. */
    REPLAYED,
    /** It has begun here, or joined one that has. */
    STARTED,
    /** It has an answer that repeats read as well. */
    LASTING_ANSWER,
    /** It has an answer that a repeat may not get. */
    PASSING_ANSWER,
    /** The answer is recorded, or can't be. */
    RECORDED,
    /** One more client listens. */
    JOINED,
    /** The last client that listened has left. */
    ALL_LEFT,
    /** A mistake in the program: an exception, or an event that has no row. */
    BROKEN
  }

  /** What is done after an event. */
  enum Effect {
    NONE,
    /** Asks the store who answers it. */
    CLAIM,
    /** It is decided which body is the key's: those with another one are refused now. */
    DECIDE,
    /** The same, and asks the store again. */
    DECIDE_AND_CLAIM,
    START,
    ANSWER,
    RECORD,
    /** Lets the key go, then answers. */
    LET_GO_AND_ANSWER,
    LET_GO,
    /** The client listens from now on. */
    LISTEN,
    /** The client gets the answer at once. */
    ANSWER_AT_ONCE,
    /** The client can't join: its request is another one. */
    TURN_AWAY,
    /** Forgets the request and lets its key go. */
    FORGET,
    /** The same, and leaves the pending request. */
    FORGET_AND_LEAVE,
    /** Leaves a pending request that has begun too late. */
    LEAVE,
    /** Forgets the request, lets its key go and answers an error. */
    FAIL,
    /** The same, and leaves the pending request. */
    FAIL_AND_LEAVE
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
        .on(State.ENTERED, Event.ALL_LEFT, State.CLOSED, Effect.FORGET)
        .on(State.ENTERED, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.CLAIMING, Event.ASK, State.CLAIMING_AGAIN, Effect.NONE)
        .on(State.CLAIMING, Event.CLAIMED, State.STARTING, Effect.START)
        .on(State.CLAIMING, Event.HELD_ELSEWHERE, State.ELSEWHERE, Effect.DECIDE)
        .on(State.CLAIMING, Event.KEY_FREED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING, Event.CLAIM_FAILED, State.ELSEWHERE, Effect.NONE)
        .on(State.CLAIMING, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.CLAIMING, Event.JOINED, State.CLAIMING, Effect.LISTEN)
        .on(State.CLAIMING, Event.ALL_LEFT, State.CLOSED, Effect.FORGET)
        .on(State.CLAIMING, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.CLAIMING_AGAIN, Event.ASK, State.CLAIMING_AGAIN, Effect.NONE)
        .on(State.CLAIMING_AGAIN, Event.CLAIMED, State.STARTING, Effect.START)
        .on(State.CLAIMING_AGAIN, Event.HELD_ELSEWHERE, State.CLAIMING, Effect.DECIDE_AND_CLAIM)
        .on(State.CLAIMING_AGAIN, Event.KEY_FREED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING_AGAIN, Event.CLAIM_FAILED, State.CLAIMING, Effect.CLAIM)
        .on(State.CLAIMING_AGAIN, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.CLAIMING_AGAIN, Event.JOINED, State.CLAIMING_AGAIN, Effect.LISTEN)
        .on(State.CLAIMING_AGAIN, Event.ALL_LEFT, State.CLOSED, Effect.FORGET)
        .on(State.CLAIMING_AGAIN, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.ELSEWHERE, Event.ASK, State.CLAIMING, Effect.CLAIM)
        .on(State.ELSEWHERE, Event.JOINED, State.ELSEWHERE, Effect.LISTEN)
        .on(State.ELSEWHERE, Event.ALL_LEFT, State.CLOSED, Effect.FORGET)
        .on(State.ELSEWHERE, Event.BROKEN, State.CLOSED, Effect.FAIL);
  }

  private static StateTable.Builder<State, Event, Effect> answering(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.STARTING, Event.ASK, State.STARTING, Effect.NONE)
        .on(State.STARTING, Event.STARTED, State.RUNNING, Effect.DECIDE)
        .on(State.STARTING, Event.JOINED, State.STARTING, Effect.LISTEN)
        .on(State.STARTING, Event.ALL_LEFT, State.CLOSED, Effect.FORGET)
        .on(State.STARTING, Event.BROKEN, State.CLOSED, Effect.FAIL)
        .on(State.RUNNING, Event.ASK, State.RUNNING, Effect.NONE)
        .on(State.RUNNING, Event.LASTING_ANSWER, State.RECORDING, Effect.RECORD)
        .on(State.RUNNING, Event.PASSING_ANSWER, State.ANSWERED, Effect.LET_GO_AND_ANSWER)
        .on(State.RUNNING, Event.REPLAYED, State.ANSWERED, Effect.ANSWER)
        .on(State.RUNNING, Event.JOINED, State.RUNNING, Effect.LISTEN)
        .on(State.RUNNING, Event.ALL_LEFT, State.CLOSED, Effect.FORGET_AND_LEAVE)
        .on(State.RUNNING, Event.BROKEN, State.CLOSED, Effect.FAIL_AND_LEAVE)
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
        .on(State.CLOSED, Event.CLAIMED, State.CLOSED, Effect.LET_GO)
        .on(State.CLOSED, Event.HELD_ELSEWHERE, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.KEY_FREED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.CLAIM_FAILED, State.CLOSED, Effect.LET_GO)
        .on(State.CLOSED, Event.REPLAYED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.STARTED, State.CLOSED, Effect.LEAVE)
        .on(State.CLOSED, Event.LASTING_ANSWER, State.CLOSED, Effect.LET_GO)
        .on(State.CLOSED, Event.PASSING_ANSWER, State.CLOSED, Effect.LET_GO)
        .on(State.CLOSED, Event.RECORDED, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.JOINED, State.CLOSED, Effect.TURN_AWAY)
        .on(State.CLOSED, Event.ALL_LEFT, State.CLOSED, Effect.NONE)
        .on(State.CLOSED, Event.BROKEN, State.CLOSED, Effect.NONE);
  }
}
