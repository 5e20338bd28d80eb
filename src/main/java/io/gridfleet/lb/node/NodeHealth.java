package io.gridfleet.lb.node;

import java.time.Duration;

/**
 * The health of a node according to its probes: the state changes only after a configured number of
 * misses, or answers, in a row.
 *
 * @param misses in a row, up to now
 * @param answers in a row, up to now
 * @param cause of the last miss, as text; empty after an answer
 */
public record NodeHealth(State state, int misses, int answers, String cause) {

  /** The liveness of a node. */
  public enum State {
    /** Not probed often enough; treated as up. */
    UNKNOWN,
    UP,
    DOWN
  }

  static final NodeHealth UNKNOWN = new NodeHealth(State.UNKNOWN, 0, 0, "");

  /**
   * The pause before a miss is confirmed, shorter than the interval, so that a dead node is
   * detected soon.
   */
  private static final Duration CONFIRM = Duration.ofSeconds(1);

  /** Enough doublings for any longest pause, few enough not to overflow. */
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

  /** Returns the pause before the next probe; doubles while a node is silent. */
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
