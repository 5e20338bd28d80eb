package io.gridfleet.lb.relay;

import java.time.Duration;

/**
 * The outcome of one command.
 *
 * @param method the HTTP method
 * @param path the requested path without its base, with its query; it holds the session id, so it
 *     isn't used as a label
 * @param status the status that the client received; 0 if it received none
 * @param requestBytes bytes of the request's body that were forwarded
 * @param answerBytes bytes of the answer's body that were forwarded
 * @param duration from the request's head to the answer's end
 * @param overhead the part of it spent in this server; negative where bodies streamed and it can't
 *     be measured
 */
public record CommandReport(
    String method,
    String path,
    Outcome outcome,
    int status,
    long requestBytes,
    long answerBytes,
    Duration duration,
    Duration overhead) {

  /** How a command ended. */
  public enum Outcome {
    ANSWERED,
    NODE_FAILED,
    TIMED_OUT,
    CLIENT_LEFT
  }
}
