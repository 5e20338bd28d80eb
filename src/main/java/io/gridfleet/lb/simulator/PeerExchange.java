package io.gridfleet.lb.simulator;

import java.time.Duration;

/** The way back to the peer of one request. All calls come on the connection's event loop. */
interface PeerExchange {
  void answer(SimulatedAnswer answer);

  /** Half of the body, then the connection closes. */
  void answerHalf(SimulatedAnswer answer);

  /** The body one byte at a time. */
  void answerSlowly(SimulatedAnswer answer, Duration apart);

  /** Closes the connection. */
  void drop();

  /** Runs on the connection's event loop after this time, the peer still there or not. */
  void later(Duration delay, Runnable task);
}
