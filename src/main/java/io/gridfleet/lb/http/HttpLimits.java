package io.gridfleet.lb.http;

import java.time.Duration;

/**
 * The limits of one connection, beyond which it is refused or closed.
 *
 * @param requestLine longest first line in bytes; beyond it 431
 * @param headers most bytes of all headers together; beyond it 431
 * @param gatheredBody most bytes of a body that is aggregated (New Session, REST); beyond it 413
 * @param head longest time from a connection's or a request's first byte to the end of its headers
 * @param bodyPause longest pause between two parts of a request's body, and of an answer that the
 *     client doesn't read
 * @param idle longest time between two requests of a connection
 */
public record HttpLimits(
    int requestLine,
    int headers,
    int gatheredBody,
    Duration head,
    Duration bodyPause,
    Duration idle) {

  /** Bytes of a request's body that must arrive in each pause; a slower body is aborted. */
  public static final int MIN_BODY_PROGRESS = 1024;
}
