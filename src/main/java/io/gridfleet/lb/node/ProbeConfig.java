package io.gridfleet.lb.node;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;

/** How nodes are asked whether they live. */
public record ProbeConfig(
    @Key(doc = "How often each node is asked.", fallback = "10s", min = "100ms", max = "1h")
        Duration interval,
    @Key(doc = "How long an answer may take.", fallback = "5s", min = "10ms") Duration timeout,
    @Key(doc = "After how many misses in a row a node is offline.", fallback = "2", min = "1")
        int downAfter,
    @Key(doc = "After how many answers in a row it is back.", fallback = "1", min = "1")
        int upAfter,
    @Key(
            doc = "The longest pause between two probes of a node that stays silent.",
            fallback = "2min")
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
