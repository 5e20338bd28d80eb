package io.gridfleet.lb.router;

import io.gridfleet.lb.state.StateTable;

/**
 * The transitions of a client's connection; {@link FrontConnection} and {@link CurrentExchange}
 * carry the effects out.
 */
final class ClientConnectionTable {
  /** The states of a connection. */
  enum State {
    /** Between requests; nothing of the next one has arrived. */
    IDLE,
    /** A part of a head has arrived. */
    READING_HEAD,
    /** An exchange: the request's body is arriving. */
    RECEIVING,
    /** An exchange: the request is complete, the answer hasn't begun. */
    RECEIVED,
    /** An exchange: the answer has begun before the request was complete. */
    ANSWERING_EARLY,
    /** An exchange: the answer to a complete request has begun. */
    ANSWERING,
    /** The rest of a large answer is written as the client reads it; the exchange has ended. */
    WRITING,
    /** The last answer was written; input is dropped. */
    CLOSING,
    /** The channel has closed or was handed to a tunnel. */
    CLOSED;

    /** Whether an exchange runs and its sink is notified of events. */
    boolean isExchange() {
      return this == RECEIVING || this == RECEIVED || this == ANSWERING_EARLY || this == ANSWERING;
    }

    /** Whether the body of the running exchange is still arriving. */
    boolean isReceiving() {
      return this == RECEIVING || this == ANSWERING_EARLY;
    }

    boolean isBetweenRequests() {
      return this == IDLE || this == READING_HEAD;
    }
  }

  /** The events of a connection. */
  enum Event {
    /** Bytes have arrived that are no whole head. */
    PARTIAL_HEAD,
    HEAD,
    BODY_PART,
    BODY_END,
    ANSWER_HEAD,
    /** A whole answer whose body is written in pieces. */
    LARGE_ANSWER,
    /** The answer is written, and the connection persists. */
    ANSWERED,
    /** The answer is written, and the connection closes with it. */
    ANSWERED_LAST,
    /** The answer can't be completed. */
    CUT,
    HANDED_OVER,
    /** The client's channel became unwritable, or writable again. */
    WRITABILITY,
    /** The deadline has passed. */
    DUE,
    INACTIVE
  }

  /** The actions after an event. */
  enum Effect {
    NONE,
    LIMIT_HEAD,
    BEGIN,
    DELIVER,
    WRITE,
    WRITE_PIECES,
    SERVE_NEXT,
    /** Closes after pending writes; unread input is read and dropped meanwhile. */
    CLOSE_IN_ORDER,
    /** Like {@link #CLOSE_IN_ORDER}, where the request isn't complete. */
    CLOSE_UNREAD,
    CLOSE,
    INFORM_SINK,
    /** Sends the switching answer and hands the channel over. */
    HAND_OVER,
    /** Releases what is buffered. */
    LEAVE,
    /** Like {@link #LEAVE}, and notifies the sink that its client has disconnected. */
    LEAVE_EXCHANGE
  }

  static final StateTable<State, Event, Effect> TABLE =
      after(answering(received(receiving(between(rows()))))).build();

  private ClientConnectionTable() {}

  private static StateTable.Builder<State, Event, Effect> rows() {
    return StateTable.of("client connection", State.IDLE, Event.class);
  }

  private static StateTable.Builder<State, Event, Effect> between(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.IDLE, Event.PARTIAL_HEAD, State.READING_HEAD, Effect.LIMIT_HEAD)
        .on(State.IDLE, Event.HEAD, State.RECEIVING, Effect.BEGIN)
        // The client has read the answers before: requests that waited for that are served.
        .on(State.IDLE, Event.WRITABILITY, State.IDLE, Effect.SERVE_NEXT)
        .on(State.IDLE, Event.DUE, State.CLOSING, Effect.CLOSE)
        .on(State.IDLE, Event.INACTIVE, State.CLOSED, Effect.LEAVE)
        .on(State.READING_HEAD, Event.HEAD, State.RECEIVING, Effect.BEGIN)
        .on(State.READING_HEAD, Event.DUE, State.CLOSING, Effect.CLOSE)
        .on(State.READING_HEAD, Event.INACTIVE, State.CLOSED, Effect.LEAVE);
  }

  private static StateTable.Builder<State, Event, Effect> receiving(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.RECEIVING, Event.BODY_PART, State.RECEIVING, Effect.DELIVER)
        .on(State.RECEIVING, Event.BODY_END, State.RECEIVED, Effect.DELIVER)
        .on(State.RECEIVING, Event.ANSWER_HEAD, State.ANSWERING_EARLY, Effect.WRITE)
        .on(State.RECEIVING, Event.ANSWERED_LAST, State.CLOSING, Effect.CLOSE_UNREAD)
        .on(State.RECEIVING, Event.HANDED_OVER, State.CLOSED, Effect.HAND_OVER)
        .on(State.RECEIVING, Event.WRITABILITY, State.RECEIVING, Effect.INFORM_SINK)
        .on(State.RECEIVING, Event.DUE, State.RECEIVING, Effect.INFORM_SINK)
        .on(State.RECEIVING, Event.INACTIVE, State.CLOSED, Effect.LEAVE_EXCHANGE);
  }

  private static StateTable.Builder<State, Event, Effect> received(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.RECEIVED, Event.ANSWER_HEAD, State.ANSWERING, Effect.WRITE)
        .on(State.RECEIVED, Event.LARGE_ANSWER, State.WRITING, Effect.WRITE_PIECES)
        .on(State.RECEIVED, Event.ANSWERED, State.IDLE, Effect.SERVE_NEXT)
        .on(State.RECEIVED, Event.ANSWERED_LAST, State.CLOSING, Effect.CLOSE_IN_ORDER)
        .on(State.RECEIVED, Event.HANDED_OVER, State.CLOSED, Effect.HAND_OVER)
        .on(State.RECEIVED, Event.WRITABILITY, State.RECEIVED, Effect.INFORM_SINK)
        .on(State.RECEIVED, Event.DUE, State.RECEIVED, Effect.INFORM_SINK)
        .on(State.RECEIVED, Event.INACTIVE, State.CLOSED, Effect.LEAVE_EXCHANGE);
  }

  private static StateTable.Builder<State, Event, Effect> answering(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.ANSWERING_EARLY, Event.BODY_PART, State.ANSWERING_EARLY, Effect.DELIVER)
        .on(State.ANSWERING_EARLY, Event.BODY_END, State.ANSWERING, Effect.DELIVER)
        .on(State.ANSWERING_EARLY, Event.ANSWERED_LAST, State.CLOSING, Effect.CLOSE_UNREAD)
        .on(State.ANSWERING_EARLY, Event.CUT, State.CLOSING, Effect.CLOSE)
        .on(State.ANSWERING_EARLY, Event.WRITABILITY, State.ANSWERING_EARLY, Effect.INFORM_SINK)
        .on(State.ANSWERING_EARLY, Event.DUE, State.ANSWERING_EARLY, Effect.INFORM_SINK)
        .on(State.ANSWERING_EARLY, Event.INACTIVE, State.CLOSED, Effect.LEAVE_EXCHANGE)
        .on(State.ANSWERING, Event.ANSWERED, State.IDLE, Effect.SERVE_NEXT)
        .on(State.ANSWERING, Event.ANSWERED_LAST, State.CLOSING, Effect.CLOSE_IN_ORDER)
        .on(State.ANSWERING, Event.CUT, State.CLOSING, Effect.CLOSE)
        .on(State.ANSWERING, Event.WRITABILITY, State.ANSWERING, Effect.INFORM_SINK)
        .on(State.ANSWERING, Event.DUE, State.ANSWERING, Effect.INFORM_SINK)
        .on(State.ANSWERING, Event.INACTIVE, State.CLOSED, Effect.LEAVE_EXCHANGE);
  }

  /** States without a sink: the exchange has ended. */
  private static StateTable.Builder<State, Event, Effect> after(
      StateTable.Builder<State, Event, Effect> table) {
    return table
        .on(State.WRITING, Event.WRITABILITY, State.WRITING, Effect.WRITE_PIECES)
        .on(State.WRITING, Event.ANSWERED, State.IDLE, Effect.SERVE_NEXT)
        .on(State.WRITING, Event.ANSWERED_LAST, State.CLOSING, Effect.CLOSE_IN_ORDER)
        .on(State.WRITING, Event.DUE, State.CLOSING, Effect.CLOSE)
        .on(State.WRITING, Event.INACTIVE, State.CLOSED, Effect.LEAVE)
        .on(State.CLOSING, Event.WRITABILITY, State.CLOSING, Effect.NONE)
        .on(State.CLOSING, Event.DUE, State.CLOSING, Effect.CLOSE)
        .on(State.CLOSING, Event.INACTIVE, State.CLOSED, Effect.LEAVE);
  }
}
