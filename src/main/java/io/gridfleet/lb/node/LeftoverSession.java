package io.gridfleet.lb.node;

/** The state of a session that an attempt may have left on its node. */
public enum LeftoverSession {
  /** The node has answered: there was none, or it is deleted. */
  NONE,
  /**
   * The node doesn't store answers by idempotency key (browser drivers): its sessions have to be
   * searched.
   */
  UNDETERMINED,
  /**
   * The node is an Appium server that doesn't answer under the attempt's key: it was interrupted
   * while it created the session, and may still be creating it. Its sessions have to be searched
   * too.
   */
  UNANSWERED,
  /** The node couldn't be reached, or couldn't delete the session. */
  UNREACHABLE
}
