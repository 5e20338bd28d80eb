package io.gridfleet.lb.session;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;

/** Idle limits and retention of sessions. */
public record SessionConfig(
    @Key(
            doc =
                "The time beyond the node's newCommandTimeout after which an idle session is ended.",
            fallback = "30s")
        Duration idleMargin,
    @Key(
            doc = "The idle limit on a node without a newCommandTimeout.",
            fallback = "5min",
            min = "1s")
        Duration idleDefault,
    @Key(
            doc = "The idle limit of a session whose newCommandTimeout is 0.",
            fallback = "1h",
            min = "1s")
        Duration maxIdle,
    @Key(
            doc = "The interval at which activity is written and idle sessions are ended.",
            fallback = "5s",
            min = "100ms")
        Duration idleSweep,
    @Key(doc = "The retention of ended sessions in the store.", fallback = "14d")
        Duration keepEnded)
    implements ValidatedConfig {

  /** Returns the time added to idle limits, because other replicas write activity once a sweep. */
  public Duration grace(boolean otherReplicas) {
    return otherReplicas ? idleSweep.multipliedBy(2) : Duration.ZERO;
  }

  /** Returns the idle limits. */
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
