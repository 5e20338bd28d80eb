package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.HttpLimits;
import java.time.Duration;

/**
 * The time limit of a relayed command, moved by each progress. While the client has to send or to
 * read, it is the shorter of {@code bodyPause} and the command's timeout; otherwise it is the
 * command's timeout. Owner: the event loop of the command.
 */
final class CommandDeadline {
  private final ClientExchange front;
  private final Duration bodyPause;
  private final Duration commandTimeout;

  /** The count of request bytes at which they last extended the limit. */
  private long extendedAt;

  CommandDeadline(ClientExchange front, Duration bodyPause, Duration commandTimeout) {
    this.front = front;
    this.bodyPause = bodyPause;
    this.commandTimeout = commandTimeout;
  }

  /** Extends the limit after progress. */
  void progressed() {
    boolean clientsTurn = !front.requestComplete() || !front.isWritable();
    boolean pauseIsShorter = bodyPause.compareTo(commandTimeout) < 0;
    front.within(clientsTurn && pauseIsShorter ? bodyPause : commandTimeout);
  }

  /**
   * Extends the limit after a read of the request. Only {@link HttpLimits#MIN_BODY_PROGRESS} bytes
   * are progress, so that a body that trickles is aborted.
   *
   * @param requestBytes the bytes of the request's body that were sent so far
   */
  void requestRead(long requestBytes) {
    if (requestBytes - extendedAt >= HttpLimits.MIN_BODY_PROGRESS) {
      extendedAt = requestBytes;
      progressed();
    }
  }
}
