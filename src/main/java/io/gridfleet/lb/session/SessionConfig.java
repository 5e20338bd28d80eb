package io.gridfleet.lb.session;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;

/** How long sessions may be silent, and how long they are remembered. */
public record SessionConfig(
    @Key(
            doc = "Silence beyond the node's own newCommandTimeout that ends a session.",
            fallback = "30s")
        Duration idleMargin,
    @Key(
            doc = "Silence that ends a session on a node without a newCommandTimeout.",
            fallback = "5min",
            min = "1s")
        Duration idleDefault,
    @Key(
            doc = "Silence that ends a session whose newCommandTimeout is 0.",
            fallback = "1h",
            min = "1s")
        Duration maxIdle,
    @Key(
            doc = "How often silent sessions are looked for, and what was active is written.",
            fallback = "5s",
            min = "100ms")
        Duration idleSweep,
    @Key(doc = "How long ended sessions are kept in the store.", fallback = "14d")
        Duration keepEnded)
    implements ValidatedConfig {

  /**
   * How much longer than its limit a session may be silent: other replicas write what they saw once
   * a sweep, and may be late.
   */
  public Duration grace(boolean otherReplicas) {
    return otherReplicas ? idleSweep.multipliedBy(2) : Duration.ZERO;
  }

  /** What ends silent sessions. */
  public IdleLimits limits() {
    return new IdleLimits(idleMargin, idleDefault, maxIdle);
  }

  @Override
  public void check(ConstraintErrors complaints) {
    if (idleDefault.compareTo(maxIdle) > 0) {
      complaints.at(
          "idleDefault", "must not be longer than 'maxIdle' (" + Durations.text(maxIdle) + ")");
    }
  }
}
