package io.gridfleet.lb.newsession;

import java.time.Duration;

/** Decides what follows an attempt. */
final class RetryPolicy {
  private RetryPolicy() {}

  /** The step after an attempt. */
  enum Next {
    PUBLISH,
    /** Tries another device, possibly after the queue. */
    AGAIN,
    /** Forwards the node's answer to the client. */
    AS_THE_NODE_SAID,
    /** Answers with the last failure and all attempts. */
    GIVE_UP,
    /** Nothing, because the client left. */
    NOTHING
  }

  /**
   * @param left the remaining time for further attempts
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
