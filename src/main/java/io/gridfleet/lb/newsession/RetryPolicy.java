package io.gridfleet.lb.newsession;

import java.time.Duration;

/** Whether a failed attempt is followed by another, on another device. */
final class RetryPolicy {
  private RetryPolicy() {}

  /** What follows an attempt. */
  enum Next {
    PUBLISH,
    /** Another device, or the queue again. */
    AGAIN,
    /** The node's own words go to the client. */
    AS_THE_NODE_SAID,
    /** The last failure goes to the client, with all attempts. */
    GIVE_UP,
    /** Nobody is there to be answered. */
    NOTHING
  }

  /**
   * @param left what is left of the window in which attempts are repeated
   */
  static Next after(AttemptOutcome outcome, NewSessionOptions.Choice choice, Duration left) {
    if (outcome instanceof AttemptOutcome.Created) {
      return Next.PUBLISH;
    }
    if (outcome instanceof AttemptOutcome.ClientGone) {
      return Next.NOTHING;
    }
    if (outcome instanceof AttemptOutcome.Refused) {
      return Next.AS_THE_NODE_SAID;
    }
    if (outcome instanceof AttemptOutcome.LockLost) {
      return left.isZero() ? Next.GIVE_UP : Next.AGAIN;
    }
    if (!choice.retry()) {
      return Next.AS_THE_NODE_SAID;
    }
    return left.isZero() ? Next.GIVE_UP : Next.AGAIN;
  }
}
