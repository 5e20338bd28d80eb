package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpContent;

/** The consumer of a request's body as it arrives. All calls on the client's event loop. */
public interface RequestSink {
  /** Called once, before anything else. */
  void start();

  /**
   * Receives a part of the body, which the sink releases; the last is a {@code LastHttpContent}.
   */
  void content(HttpContent part);

  /** The client's socket has been read empty: flush now. */
  default void readComplete() {}

  /** The client's channel became writable or unwritable. */
  default void writabilityChanged(boolean writable) {}

  /** The client closed its connection or sent invalid HTTP. No call follows. */
  void clientGone();

  /** The time set by {@link ClientExchange#within} has passed. */
  void timedOut();
}
