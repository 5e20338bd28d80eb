package io.gridfleet.lb.session;

import java.util.Locale;

/** Why a session ended. */
public enum EndReason {
  /** The client deleted it. */
  CLIENT_DELETED,
  /**
   * The client disconnected before the answer, or got an error because the store's answer was lost.
   */
  CLIENT_GONE,
  /** The node answered {@code invalid session id}. */
  UNKNOWN_TO_NODE,
  /** It was idle for longer than its limit. */
  IDLE,
  /** The node lost the session. */
  NODE_LOST,
  /** Its run was cancelled or expired. */
  RUN_RELEASED,
  /** An operator ended it. */
  OPERATOR,
  /** This server stopped and no other replica could relay it. */
  SHUTDOWN;

  /** Returns the form in metrics, logs and REST bodies. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
