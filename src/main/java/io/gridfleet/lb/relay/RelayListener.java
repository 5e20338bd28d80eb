package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;

/**
 * Receives the events of the relay. Called on event loops, between a read and its write: must not
 * block or compute for long.
 */
public interface RelayListener {
  /** A listener that does nothing. */
  RelayListener NONE = new RelayListener() {};

  default void commandStarted(SessionId id) {}

  /** Once for each that started. */
  default void commandEnded(SessionId id, CommandReport report) {}

  /**
   * The node answered {@code invalid session id}; called before the client receives the answer's
   * end.
   */
  default void sessionUnknownToNode(SessionId id) {}

  /**
   * A client ended its session over BiDi: the node has answered {@code session.end} with success,
   * and the socket is closed.
   */
  default void sessionEndedOnSocket(SessionId id) {}

  default void tunnelOpened(SessionId id) {}

  /** Bytes passed through a socket of the session; at most once a second for each socket. */
  default void socketTraffic(SessionId id) {}

  /** Once for each that opened. */
  default void tunnelClosed(SessionId id, long bytesToNode, long bytesToClient) {}
}
