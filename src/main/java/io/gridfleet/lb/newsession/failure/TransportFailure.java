package io.gridfleet.lb.newsession.failure;

import java.util.Locale;

/** Why a node gave no readable answer. */
public enum TransportFailure {
  REFUSED,
  UNREACHABLE,
  RESET,
  TIMED_OUT,
  BAD_ANSWER,
  TOO_LARGE;

  /** Returns the code for metrics. */
  String code() {
    return "node_" + name().toLowerCase(Locale.ROOT);
  }
}
