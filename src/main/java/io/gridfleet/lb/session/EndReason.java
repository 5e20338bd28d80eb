package io.gridfleet.lb.session;

import java.util.Locale;

/** Why a session ended. */
public enum EndReason {
  /** The client deleted it. */
  CLIENT_DELETED,
  /** The client left before it got the answer, or got an error because the store's was lost. */
  CLIENT_GONE,
  /** The node answered {@code invalid session id}. */
  UNKNOWN_TO_NODE,
  /** Nothing happened on it for longer than its idle limit. */
  IDLE,
  /** The node went away and didn't come back. */
  NODE_LOST,
  /** Its run was cancelled or expired. */
  RUN_RELEASED,
  /** An operator ended it. */
  OPERATOR,
  /** This server stopped and nobody else could carry it. */
  SHUTDOWN;

  /** As metrics, logs and REST bodies spell it. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
