package io.gridfleet.lb.node;

/** What became of a session that an attempt may have left on its node. */
public enum LeftoverSession {
  /** The node told: there was none, or it is deleted. */
  NONE,
  /**
   * The node doesn't keep answers by idempotency key (browser drivers): it has to be looked for.
   */
  UNTOLD,
  /**
   * An Appium server that answers, but not under the attempt's key: it was interrupted while it
   * created the session, and may be creating it still. Its session has to be looked for too.
   */
  UNANSWERED,
  /** The node couldn't be asked, or couldn't delete what it has. */
  UNREACHABLE
}
