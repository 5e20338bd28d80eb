package io.gridfleet.lb.newsession;

import io.gridfleet.lb.state.StateTable;

/**
 * The states of a new session request, and the effect of each event in them.
 *
 * <p>States:
 *
 * <ul>
 *   <li>{@code READING}: its run is queried, or its body read on another thread.
 *   <li>{@code QUEUED}: a device was requested from the distributor.
 *   <li>{@code ATTEMPTING}: a device is locked, and a session requested from its node.
 *   <li>{@code RECORDING}: the attempt failed; its consequence for the device is being recorded
 *       while the device is still locked.
 *   <li>{@code RETURNING}: the device is being given back.
 *   <li>{@code PUBLISHING}: the node created a session, which is being recorded.
 *   <li>{@code CREATED}: answered with a session; if the client leaves before it has read the
 *       answer, the session is ended.
 *   <li>{@code ANSWERED}: answered with an error.
 *   <li>{@code LEFT}: the client left; the result of a pending stage is given back on completion.
 *   <li>{@code FAILED}: ended by a bug; likewise.
 * </ul>
 *
 * <p>Owner: the executor of the request, which is its event loop. Every event is fired there, so no
 * lock is needed; a stage that completes on another thread hands over to that executor first.
 *
 * <p>Invariants: each state holds only what {@link State#mayHold} allows, checked before each
 * event; at most one pending stage completes with an event, except in {@code LEFT} and {@code
 * FAILED}; a request is answered in {@code CREATED}, {@code ANSWERED} or {@code FAILED}, once, and
 * never in {@code LEFT}.
 */
final class NewSessionMachine {
  /** The states of a request. */
  enum State {
    READING,
    QUEUED,
    ATTEMPTING,
    RECORDING,
    RETURNING,
    PUBLISHING,
    CREATED,
    ANSWERED,
    LEFT,
    FAILED;

    /** Returns whether a request in this state may hold such a resource between two events. */
    boolean mayHold(Holding holding) {
      boolean nothing = holding instanceof Holding.Nothing;
      boolean attempted =
          holding instanceof Holding.LockedDevice || holding instanceof Holding.AttemptedDevice;
      boolean live = holding instanceof Holding.LiveSession;
      return switch (this) {
        case READING, RETURNING, PUBLISHING, ANSWERED -> nothing;
        case QUEUED -> holding instanceof Holding.Place;
        case ATTEMPTING, RECORDING -> attempted;
        case CREATED -> live;
        case LEFT -> nothing || attempted || live;
        case FAILED -> nothing || live;
      };
    }
  }

  /** The events of a request. */
  enum Event {
    /** Its options are read. */
    READ,
    /** It can't be admitted or read. */
    REFUSED,
    /** A device is locked for it. */
    PLACED,
    /** The wait ended without a device. */
    NOT_PLACED,
    /** The node created a session. */
    SESSION_CREATED,
    /** The attempt ended without a session. */
    ATTEMPT_FAILED,
    /** The consequence of the failed attempt for its device is durable. */
    RECORDED,
    /** The device is given back, and another attempt is allowed. */
    RETRY,
    /** The device is given back, and no further attempt is allowed. */
    GIVE_UP,
    /** The session is recorded. */
    PUBLISHED,
    /** The session can't be recorded. */
    NOT_PUBLISHED,
    /** The client left before it had read its answer. */
    CLIENT_LEFT,
    /** A bug: an exception, or an event without a row. */
    BROKEN
  }

  /** The effects of events. */
  enum Effect {
    NONE,
    /** Requests a device from the distributor. */
    PLACE,
    ATTEMPT,
    /** Releases a device that isn't needed. */
    RELEASE,
    PUBLISH,
    /** Records the consequence of the failed attempt for its device. */
    RECORD,
    RETURN_DEVICE,
    ANSWER_SESSION,
    ANSWER_ERROR,
    /** Deletes the session that isn't recorded. */
    DISCARD,
    /** The same, and answers an error. */
    DISCARD_AND_ANSWER,
    /** Ends the wait, then keeps its place for a repeat. */
    LEAVE_QUEUE,
    ABANDON_ATTEMPT,
    /** Only notifies the listener that the client left. */
    REPORT,
    END_SESSION,
    /** Gives back what the request holds, then answers an error unless it is answered. */
    FAIL
  }

  static final StateTable<State, Event, Effect> TABLE =
      inProgress(
              afterwards(
                  StateTable.<State, Event, Effect>of(
                      "new session request", State.READING, Event.class)))
          .build();

  private NewSessionMachine() {}

  private static StateTable.Builder<State, Event, Effect> inProgress(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.READING, Event.READ, State.QUEUED, Effect.PLACE)
        .on(State.READING, Event.REFUSED, State.ANSWERED, Effect.ANSWER_ERROR)
        .on(State.READING, Event.CLIENT_LEFT, State.LEFT, Effect.NONE)
        .on(State.READING, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.QUEUED, Event.PLACED, State.ATTEMPTING, Effect.ATTEMPT)
        .on(State.QUEUED, Event.NOT_PLACED, State.ANSWERED, Effect.ANSWER_ERROR)
        .on(State.QUEUED, Event.CLIENT_LEFT, State.LEFT, Effect.LEAVE_QUEUE)
        .on(State.QUEUED, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.ATTEMPTING, Event.SESSION_CREATED, State.PUBLISHING, Effect.PUBLISH)
        .on(State.ATTEMPTING, Event.ATTEMPT_FAILED, State.RECORDING, Effect.RECORD)
        .on(State.ATTEMPTING, Event.CLIENT_LEFT, State.LEFT, Effect.ABANDON_ATTEMPT)
        .on(State.ATTEMPTING, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.RECORDING, Event.RECORDED, State.RETURNING, Effect.RETURN_DEVICE)
        .on(State.RECORDING, Event.CLIENT_LEFT, State.LEFT, Effect.REPORT)
        .on(State.RECORDING, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.RETURNING, Event.RETRY, State.QUEUED, Effect.PLACE)
        .on(State.RETURNING, Event.GIVE_UP, State.ANSWERED, Effect.ANSWER_ERROR)
        .on(State.RETURNING, Event.CLIENT_LEFT, State.LEFT, Effect.REPORT)
        .on(State.RETURNING, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.PUBLISHING, Event.PUBLISHED, State.CREATED, Effect.ANSWER_SESSION)
        .on(State.PUBLISHING, Event.NOT_PUBLISHED, State.ANSWERED, Effect.DISCARD_AND_ANSWER)
        .on(State.PUBLISHING, Event.CLIENT_LEFT, State.LEFT, Effect.REPORT)
        .on(State.PUBLISHING, Event.BROKEN, State.FAILED, Effect.FAIL);
  }

  /** States in which no client waits for the request. */
  private static StateTable.Builder<State, Event, Effect> afterwards(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.CREATED, Event.CLIENT_LEFT, State.LEFT, Effect.END_SESSION)
        .on(State.CREATED, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.ANSWERED, Event.CLIENT_LEFT, State.ANSWERED, Effect.NONE)
        .on(State.ANSWERED, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.LEFT, Event.READ, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.REFUSED, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.PLACED, State.LEFT, Effect.RELEASE)
        .on(State.LEFT, Event.NOT_PLACED, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.SESSION_CREATED, State.LEFT, Effect.PUBLISH)
        .on(State.LEFT, Event.ATTEMPT_FAILED, State.LEFT, Effect.RECORD)
        .on(State.LEFT, Event.RECORDED, State.LEFT, Effect.RETURN_DEVICE)
        .on(State.LEFT, Event.RETRY, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.GIVE_UP, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.PUBLISHED, State.LEFT, Effect.END_SESSION)
        .on(State.LEFT, Event.NOT_PUBLISHED, State.LEFT, Effect.DISCARD)
        .on(State.LEFT, Event.CLIENT_LEFT, State.LEFT, Effect.NONE)
        .on(State.LEFT, Event.BROKEN, State.FAILED, Effect.FAIL)
        .on(State.FAILED, Event.READ, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.REFUSED, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.PLACED, State.FAILED, Effect.RELEASE)
        .on(State.FAILED, Event.NOT_PLACED, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.SESSION_CREATED, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.ATTEMPT_FAILED, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.RECORDED, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.RETRY, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.GIVE_UP, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.PUBLISHED, State.FAILED, Effect.END_SESSION)
        .on(State.FAILED, Event.NOT_PUBLISHED, State.FAILED, Effect.DISCARD)
        .on(State.FAILED, Event.CLIENT_LEFT, State.FAILED, Effect.NONE)
        .on(State.FAILED, Event.BROKEN, State.FAILED, Effect.FAIL);
  }
}
