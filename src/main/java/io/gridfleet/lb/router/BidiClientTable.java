package io.gridfleet.lb.router;

import io.gridfleet.lb.state.StateTable;

/**
 * The transitions of a client's WebSocket that has no session yet; {@link BidiClient} carries the
 * effects out.
 */
final class BidiClientTable {
  /** How far the client is on its way to a session. */
  enum State {
    /** No session was asked for, or the last one wasn't created. */
    OPEN,
    /** {@link BidiClient.NewSessions#begin} is running: the event loop can bring nothing else. */
    ASKING,
    /** A new session request runs, and has not been answered. */
    ASKED,
    /** The session exists; a tunnel owns both channels. Final. */
    JOINED,
    /** The channel has closed without a session. An answer may still come. */
    CLOSED
  }

  /** What can happen to the connection. */
  enum Event {
    /** A {@code session.new}, while the server accepts new sessions. */
    ASK,
    /** The new session request runs. */
    BEGUN,
    /** The command is malformed, or the request was refused at once. */
    NOT_BEGUN,
    /** The answer has a session, and the node's socket is open. */
    CREATED,
    /** The answer is an error. */
    NOT_CREATED,
    /** The timer of the state has passed. */
    DUE,
    /** The server drains its connections; comes twice. */
    STOPPING,
    INACTIVE
  }

  /** What is done after an event. */
  enum Effect {
    NONE,
    /** Begins a new session request. */
    BEGIN,
    /** Answers that a session is asked for already. */
    REFUSE,
    /** Pings the client from time to time. */
    AWAIT,
    /** Answers with the session and gives both channels to a tunnel. */
    JOIN,
    /** Answers with the error; the client may ask again. */
    ANSWER_ERROR,
    PING,
    /** Closes with 1008: the client didn't ask in time. */
    CLOSE_SILENT,
    /** Closes with 1001. */
    CLOSE_STOPPING,
    /** Ends the new session request, whose client has left, and closes the node's socket. */
    LEAVE
  }

  static final StateTable<State, Event, Effect> TABLE =
      StateTable.<State, Event, Effect>of("BiDi-only session", State.OPEN, Event.class)
          .on(State.OPEN, Event.ASK, State.ASKING, Effect.BEGIN)
          // The state stays until the close frame is written and the channel has closed.
          .on(State.OPEN, Event.DUE, State.OPEN, Effect.CLOSE_SILENT)
          .on(State.OPEN, Event.STOPPING, State.OPEN, Effect.CLOSE_STOPPING)
          .on(State.OPEN, Event.INACTIVE, State.CLOSED, Effect.NONE)
          .on(State.ASKING, Event.BEGUN, State.ASKED, Effect.AWAIT)
          // What begin() throws is answered as an error of the command.
          .on(State.ASKING, Event.NOT_BEGUN, State.OPEN, Effect.NONE)
          .on(State.ASKED, Event.ASK, State.ASKED, Effect.REFUSE)
          .on(State.ASKED, Event.CREATED, State.JOINED, Effect.JOIN)
          .on(State.ASKED, Event.NOT_CREATED, State.OPEN, Effect.ANSWER_ERROR)
          .on(State.ASKED, Event.DUE, State.ASKED, Effect.PING)
          .on(State.ASKED, Event.STOPPING, State.ASKED, Effect.NONE)
          .on(State.ASKED, Event.INACTIVE, State.CLOSED, Effect.LEAVE)
          // The answer was on its way to the event loop when the channel closed. The request gives
          // the session back itself, because its client has left.
          .on(State.CLOSED, Event.CREATED, State.CLOSED, Effect.NONE)
          .on(State.CLOSED, Event.NOT_CREATED, State.CLOSED, Effect.NONE)
          .build();

  private BidiClientTable() {}
}
