package io.gridfleet.lb.history;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.Key;
import java.time.Duration;

/** How much history is kept (operating.md#history). */
public record HistoryConfig(
    @Key(doc = "The retention of records of requests and devices.", fallback = "14d", min = "1min")
        Duration keep,
    @Key(
            doc = "The most records of each kind; 0 records nothing.",
            fallback = "200000",
            min = "0",
            max = "100000000")
        int most) {

  /** Returns the default configuration. */
  public static HistoryConfig defaults() {
    return ConfigLoader.defaults(HistoryConfig.class);
  }

  /** Returns whether anything is recorded. */
  public boolean records() {
    return most > 0;
  }
}
