package io.gridfleet.lb.node;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;

/** The configuration of liveness probes. */
public record ProbeConfig(
    @Key(
            doc = "The interval between probes of each node.",
            fallback = "10s",
            min = "100ms",
            max = "1h")
        Duration interval,
    @Key(doc = "The timeout of a probe.", fallback = "5s", min = "10ms") Duration timeout,
    @Key(doc = "Consecutive misses after which a node is offline.", fallback = "2", min = "1")
        int downAfter,
    @Key(doc = "Consecutive answers after which it is online again.", fallback = "1", min = "1")
        int upAfter,
    @Key(doc = "The longest pause between two probes of a silent node.", fallback = "2min")
        Duration maxInterval)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (timeout.compareTo(interval) > 0) {
      complaints.at(
          "timeout", "must not be longer than 'interval' (" + Durations.text(interval) + ")");
    }
    if (maxInterval.compareTo(interval) < 0) {
      complaints.at(
          "maxInterval", "must not be shorter than 'interval' (" + Durations.text(interval) + ")");
    }
  }
}
