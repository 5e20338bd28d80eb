package io.gridfleet.lb.relay;

import java.time.Duration;

/**
 * What became of one command.
 *
 * @param method the HTTP method
 * @param path the path asked for, base taken off, with its query; holds the session id, so it is no
 *     label
 * @param status the status the client got; 0 if it got none
 * @param requestBytes bytes of the request's body that were passed on
 * @param answerBytes bytes of the answer's body that were passed on
 * @param duration from the request's head to the answer's end
 * @param overhead the part of it that was ours; negative where bodies streamed and it can't be told
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
