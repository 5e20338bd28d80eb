package io.gridfleet.lb.simulator;

import java.time.Duration;

/** Sends the answer to one request. All methods are called on the connection's event loop. */
interface PeerExchange {
  void answer(SimulatedAnswer answer);

  /** Sends half of the body and closes the connection. */
  void answerHalf(SimulatedAnswer answer);

  /** Sends the body one byte at a time. */
  void answerSlowly(SimulatedAnswer answer, Duration apart);

  /** Closes the connection. */
  void drop();

  /** Runs on the connection's event loop after this delay, also if the peer has disconnected. */
  void later(Duration delay, Runnable task);
}
