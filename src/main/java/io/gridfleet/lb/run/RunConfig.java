package io.gridfleet.lb.run;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import java.time.Duration;
import java.util.List;

/** How runs are kept (test-suites.md#life-of-a-run). */
public record RunConfig(
    @Key(doc = "How long a run may last that doesn't say.", fallback = "1h", min = "1min")
        Duration ttl,
    @Key(doc = "The longest that a run may ask for.", fallback = "3h", min = "1min")
        Duration mostTtl,
    @Key(doc = "How long a run may be silent that doesn't say.", fallback = "2min", min = "1s")
        Duration heartbeatTimeout,
    @Key(doc = "How often silent and overdue runs are looked for.", fallback = "15s", min = "100ms")
        Duration expiryInterval,
    @Key(doc = "How devices rest.") Cooldown cooldown,
    @Key(doc = "The claim routes of testkits before 0.7.") LegacyClaims claims,
    @Key(doc = "Driver packs beside the built-in ones, or in their place.")
        List<DriverPackConfig> packs)
    implements ValidatedConfig {

  /** How devices rest. */
  public record Cooldown(
      @Key(doc = "The longest rest that a suite may ask for.", fallback = "1h") Duration most,
      @Key(
              doc = "How many rests in one run put a device in maintenance; none do if 0.",
              fallback = "3",
              min = "0")
          int threshold) {}

  /** The claim routes of testkits before 0.7. */
  public record LegacyClaims(
      @Key(doc = "Whether they are served.", fallback = "false") boolean enabled,
      @Key(doc = "After which another worker may have a claimed device.", fallback = "2min")
          Duration ttl,
      @Key(doc = "When a worker that finds nothing is told to come again.", fallback = "5s")
          Duration retryAfter) {}

  /** The values that count when nothing is configured. */
  public static RunConfig defaults() {
    return ConfigLoader.defaults(RunConfig.class);
  }

  @Override
  public void check(ConstraintErrors complaints) {
    if (ttl.compareTo(mostTtl) > 0) {
      complaints.at("ttl", "must not be longer than 'mostTtl' (" + Durations.text(mostTtl) + ")");
    }
    if (expiryInterval.compareTo(heartbeatTimeout) > 0) {
      complaints.at(
          "expiryInterval",
          "must not be longer than 'heartbeatTimeout' (" + Durations.text(heartbeatTimeout) + ")");
    }
  }

  public RunConfig withLegacyClaims() {
    LegacyClaims on = new LegacyClaims(true, claims.ttl(), claims.retryAfter());
    return new RunConfig(ttl, mostTtl, heartbeatTimeout, expiryInterval, cooldown, on, packs);
  }
}
