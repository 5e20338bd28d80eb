package io.gridfleet.lb.relay;

import io.gridfleet.lb.state.StateTable;

/** The transitions of a relayed command; {@link RelayedCommand} carries the effects out. */
final class RelayedCommandTable {
  /** The progress of a command. */
  enum State {
    /** {@link RelayedCommand#start} is running: a pooled connection is handed over within it. */
    STARTING,
    /** A connection to the node is being opened; parts of the request are buffered. */
    CONNECTING,
    /** The request is being sent; the node hasn't begun its final answer. */
    SENDING,
    /** The head of the answer was forwarded. The request may still be incomplete. */
    ANSWERING,
    /** The node has accepted a handshake; the end of that answer follows in the same read. */
    SWITCHING,
    /** Reported; the node's connection is pooled, closed or a tunnel's. */
    OVER
  }

  /** The events of a command. */
  enum Event {
    /** The session's limit of sockets is reached. */
    REFUSED,
    /** No pooled connection was available: one is being opened. */
    PENDING,
    CONNECTED,
    REQUEST_PART,
    /** The client's socket has been read empty. */
    REQUEST_READ,
    INTERIM_ANSWER,
    ANSWER_HEAD,
    /** A head of 101 to a handshake. */
    SWITCHING_HEAD,
    ANSWER_PART,
    ANSWER_END,
    /** The node's socket has been read empty. */
    ANSWER_READ,
    /** The node's channel became unwritable, or writable again. */
    NODE_WRITABILITY,
    /** The client's channel became unwritable, or writable again. */
    CLIENT_WRITABILITY,
    /** The node's answer failed or ended early, or an event has no row. */
    FAILED,
    CLIENT_GONE,
    TIMED_OUT
  }

  /** The actions after an event. */
  enum Effect {
    NONE,
    REFUSE,
    /** Sends the request's head; the end of the current read flushes it. */
    BEGIN,
    /** Sends the head and the buffered parts. */
    BEGIN_WITH_KEPT,
    KEEP_PART,
    SEND_PART,
    FLUSH_REQUEST,
    PASS_INTERIM,
    PASS_HEAD,
    KEEP_HEAD,
    PASS_PART,
    PASS_END,
    FLUSH_ANSWER,
    OPEN_TUNNEL,
    /** Reads from the client while the node's channel is writable. */
    ADJUST_CLIENT,
    /** Reads from the node while the client's channel is writable. */
    ADJUST_NODE,
    ANSWER_ERROR,
    /** Closes the client's connection in the middle of the answer. */
    CUT,
    /** Ends without an answer. */
    ABANDON,
    /** Releases what arrived too late. */
    RELEASE
  }

  static final StateTable<State, Event, Effect> TABLE =
      over(answering(sending(connecting(rows())))).build();

  private RelayedCommandTable() {}

  private static StateTable.Builder<State, Event, Effect> rows() {
    return StateTable.of("relayed command", State.STARTING, Event.class);
  }

  private static StateTable.Builder<State, Event, Effect> connecting(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.STARTING, Event.REFUSED, State.OVER, Effect.REFUSE)
        .on(State.STARTING, Event.PENDING, State.CONNECTING, Effect.NONE)
        .on(State.STARTING, Event.CONNECTED, State.SENDING, Effect.BEGIN)
        .on(State.STARTING, Event.FAILED, State.OVER, Effect.ANSWER_ERROR)
        // Follows an exception of start(): the front answers and drops the command.
        .on(State.STARTING, Event.CLIENT_GONE, State.OVER, Effect.ABANDON)
        .on(State.CONNECTING, Event.CONNECTED, State.SENDING, Effect.BEGIN_WITH_KEPT)
        .on(State.CONNECTING, Event.REQUEST_PART, State.CONNECTING, Effect.KEEP_PART)
        .on(State.CONNECTING, Event.REQUEST_READ, State.CONNECTING, Effect.NONE)
        .on(State.CONNECTING, Event.FAILED, State.OVER, Effect.ANSWER_ERROR)
        .on(State.CONNECTING, Event.CLIENT_GONE, State.OVER, Effect.ABANDON)
        .on(State.CONNECTING, Event.TIMED_OUT, State.OVER, Effect.ANSWER_ERROR);
  }

  private static StateTable.Builder<State, Event, Effect> sending(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.SENDING, Event.REQUEST_PART, State.SENDING, Effect.SEND_PART)
        .on(State.SENDING, Event.REQUEST_READ, State.SENDING, Effect.FLUSH_REQUEST)
        .on(State.SENDING, Event.INTERIM_ANSWER, State.SENDING, Effect.PASS_INTERIM)
        .on(State.SENDING, Event.ANSWER_HEAD, State.ANSWERING, Effect.PASS_HEAD)
        .on(State.SENDING, Event.SWITCHING_HEAD, State.SWITCHING, Effect.KEEP_HEAD)
        .on(State.SENDING, Event.ANSWER_READ, State.SENDING, Effect.FLUSH_ANSWER)
        .on(State.SENDING, Event.NODE_WRITABILITY, State.SENDING, Effect.ADJUST_CLIENT)
        // Interim answers can make the client's channel unwritable.
        .on(State.SENDING, Event.CLIENT_WRITABILITY, State.SENDING, Effect.ADJUST_NODE)
        .on(State.SENDING, Event.FAILED, State.OVER, Effect.ANSWER_ERROR)
        .on(State.SENDING, Event.CLIENT_GONE, State.OVER, Effect.ABANDON)
        .on(State.SENDING, Event.TIMED_OUT, State.OVER, Effect.ANSWER_ERROR);
  }

  /** A node may answer, and even end its answer, before it has read the request (RFC 9112 §9.5). */
  private static StateTable.Builder<State, Event, Effect> answering(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.ANSWERING, Event.REQUEST_PART, State.ANSWERING, Effect.SEND_PART)
        .on(State.ANSWERING, Event.REQUEST_READ, State.ANSWERING, Effect.FLUSH_REQUEST)
        .on(State.ANSWERING, Event.ANSWER_PART, State.ANSWERING, Effect.PASS_PART)
        .on(State.ANSWERING, Event.ANSWER_END, State.OVER, Effect.PASS_END)
        .on(State.ANSWERING, Event.ANSWER_READ, State.ANSWERING, Effect.FLUSH_ANSWER)
        .on(State.ANSWERING, Event.NODE_WRITABILITY, State.ANSWERING, Effect.ADJUST_CLIENT)
        .on(State.ANSWERING, Event.CLIENT_WRITABILITY, State.ANSWERING, Effect.ADJUST_NODE)
        .on(State.ANSWERING, Event.FAILED, State.OVER, Effect.CUT)
        .on(State.ANSWERING, Event.CLIENT_GONE, State.OVER, Effect.ABANDON)
        .on(State.ANSWERING, Event.TIMED_OUT, State.OVER, Effect.CUT)
        .on(State.SWITCHING, Event.ANSWER_END, State.OVER, Effect.OPEN_TUNNEL)
        .on(State.SWITCHING, Event.FAILED, State.OVER, Effect.ANSWER_ERROR);
  }

  /** Events that were already pending when the command ended. */
  private static StateTable.Builder<State, Event, Effect> over(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        // The client disconnected while the connection was being opened.
        .on(State.OVER, Event.CONNECTED, State.OVER, Effect.RELEASE)
        .on(State.OVER, Event.FAILED, State.OVER, Effect.NONE)
        // Refused at its start, after the body was buffered for the lookup of the session.
        .on(State.OVER, Event.REQUEST_PART, State.OVER, Effect.RELEASE)
        .on(State.OVER, Event.REQUEST_READ, State.OVER, Effect.NONE)
        // The last part of the answer makes the client's channel unwritable; its flush frees it.
        .on(State.OVER, Event.CLIENT_WRITABILITY, State.OVER, Effect.NONE);
  }
}
