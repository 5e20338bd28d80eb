package io.gridfleet.lb.newsession.failure;

import java.util.Locale;

/** Why a node gave no readable answer. */
public enum TransportFailure {
  REFUSED("the node refuses connections"),
  UNREACHABLE("the node can't be reached"),
  RESET("the node closed the connection before its answer"),
  TIMED_OUT("the node did not answer in time"),
  BAD_ANSWER("the node's answer can't be read"),
  TOO_LARGE("the node's answer is too large");

  private final String words;

  TransportFailure(String words) {
    this.words = words;
  }

  /** Returns a description. */
  String words() {
    return words;
  }

  /** Returns the code for metrics. */
  String code() {
    return "node_" + name().toLowerCase(Locale.ROOT);
  }
}
