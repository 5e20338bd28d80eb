package io.gridfleet.lb.node;

import java.time.Duration;

/**
 * What probes have found out about a node: it changes its state only after so many misses, or
 * answers, in a row.
 *
 * @param misses in a row, up to now
 * @param answers in a row, up to now
 * @param cause of the last miss, for people; empty after an answer
 */
public record NodeHealth(State state, int misses, int answers, String cause) {

  /** Whether the node lives. */
  public enum State {
    /** Not asked often enough to say; counts as living. */
    UNKNOWN,
    UP,
    DOWN
  }

  static final NodeHealth UNKNOWN = new NodeHealth(State.UNKNOWN, 0, 0, "");

  /** A miss is confirmed soon: two intervals would be long for a node that just died. */
  private static final Duration CONFIRM = Duration.ofSeconds(1);

  /** More doublings than any longest pause needs, few enough not to overflow. */
  private static final int MAX_DOUBLINGS = 16;

  NodeHealth answered(ProbeConfig config) {
    int inARow = answers + 1;
    boolean up = state != State.DOWN || inARow >= config.upAfter();
    return new NodeHealth(up ? State.UP : State.DOWN, 0, inARow, "");
  }

  NodeHealth missed(String why, ProbeConfig config) {
    int inARow = misses + 1;
    boolean down = state == State.DOWN || inARow >= config.downAfter();
    return new NodeHealth(down ? State.DOWN : state, inARow, 0, why);
  }

  /** How long to wait before the next probe; doubles while a node stays silent. */
  Duration pause(ProbeConfig config) {
    if (misses == 0) {
      return config.interval();
    }
    if (state != State.DOWN) {
      return shorter(CONFIRM, config.interval());
    }
    int doublings = Math.min(MAX_DOUBLINGS, Math.max(0, misses - config.downAfter()));
    return shorter(config.maxInterval(), config.interval().multipliedBy(1L << doublings));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
