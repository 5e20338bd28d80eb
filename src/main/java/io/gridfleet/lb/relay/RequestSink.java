package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpContent;

/** Who takes a request's body as it arrives. All calls on the client's event loop. */
public interface RequestSink {
  /** Called once, before anything else. */
  void start();

  /** A part of the body, which the sink releases; the last part is a {@code LastHttpContent}. */
  void content(HttpContent part);

  /** What could be read for now has been delivered; time to flush. */
  default void readComplete() {}

  /** The way to the client is free again, or full. */
  default void writabilityChanged(boolean writable) {}

  /** The client closed its connection, or sent what isn't HTTP. Nothing follows. */
  void clientGone();

  /** The time given to {@link ClientExchange#within} has passed. */
  void timedOut();
}
